//! `octroi demo`: real programmes, loaded through the real commands.
//!
//! What was published is in `api/demo/*.toml`, with its sources ([`facts`]). What was not is drawn from a fixed seed
//! ([`dice`]) and says so in the data, in the `illustrative` field of each row. The clock is set to the days on which
//! things happened, chapter after chapter: [`pia`] (2013), [`ftap`] (2018), [`cas_d_or`] (2021), [`today`].

mod bodies;
mod budget;
mod cas_d_or;
mod dice;
mod facts;
mod ftap;
mod leaflet;
mod names;
mod people;
mod pia;
mod round;
mod siret;
mod split;
mod stage;
mod today;

use domain::{Clock, Database, Result};
use indicatif::ProgressBar;
use time::macros::datetime;

pub(crate) use leaflet::leaflet;
use people::Cast;
use stage::Stage;

/// How many commands a demonstration takes, for its progress bar.
pub(crate) const COMMANDS: u64 = 1_373;

/// Loads the demonstration into an empty database, and leaves its clock at the present.
///
/// Each command is one transaction: a load that is cut short leaves a database that is whole, though not finished.
pub(crate) async fn load(database: &Database, progress: &ProgressBar) -> Result<()> {
    let loaded = play(database, progress).await;
    database.clock().set(Clock::system().now().utc());
    loaded
}

async fn play(database: &Database, progress: &ProgressBar) -> Result<()> {
    let mut stage = Stage::new(database, progress)?;
    stage.scene(datetime!(2013-12-02 09:00 UTC), "People");
    let cast = Cast::open(&stage).await?;
    pia::play(&mut stage, &cast).await?;
    ftap::play(&mut stage, &cast).await?;
    cas_d_or::play(&mut stage, &cast).await?;
    today::play(&mut stage, &cast).await
}
