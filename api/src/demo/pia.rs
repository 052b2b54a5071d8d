//! « Transition numérique de l'État et modernisation de l'action publique »: nine programmes, and an envelope that was
//! cut from 126 to 110.6 million euros.

use domain::fund::commands::{CreateFund, CreateProgramme};
use domain::{Error, Result};
use time::macros::{date, datetime};
use time::{Duration, UtcOffset};

use super::budget::{self, Order};
use super::dice::Dice;
use super::facts;
use super::people::Cast;
use super::split::shares;
use super::stage::Stage;

/// What the nine programmes are given together, in thousands of euros: less than the envelope after its cut.
const ALLOCATED_THOUSANDS: i64 = 100_000;
/// Cents in a thousand euros.
const THOUSAND: i64 = 100_000;

/// Plays the chapter.
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<()> {
    let facts = facts::pia()?.fund;
    let morning = Duration::hours(9);
    stage.scene(
        facts.announced_on.midnight().assume_offset(UtcOffset::UTC) + morning,
        "PIA: the fund",
    );
    let fund = CreateFund {
        code: facts.code,
        name: facts.name,
        currency: "EUR".to_owned(),
        legal_basis: "Programme d'investissements d'avenir".to_owned(),
        starts_on: facts.starts_on,
        ends_on: date!(2024 - 12 - 31),
        time_zone: "Europe/Paris".to_owned(),
        illustrative: Some("The last day is illustrative; name, first day and envelope are published.".to_owned()),
    };
    let (fund_id, team) = budget::found(stage, cast, &fund).await?;
    stage.at(facts.starts_on.midnight().assume_offset(UtcOffset::UTC) + morning);
    let envelope = Order {
        minor: facts.envelope_original * 100,
        reason: "Original envelope",
        document: "modernisation.gouv.fr, 2017-03-20",
    };
    budget::open(stage, &team, fund_id, envelope).await?;
    let bounds: Vec<_> = facts.programmes.iter().map(|_| 2_000..=40_000).collect();
    let split = shares(ALLOCATED_THOUSANDS, &bounds, &mut Dice::of_chapter(1));
    let split = split.ok_or_else(|| Error::internal("the envelope cannot be split between the programmes"))?;
    for ((position, name), thousands) in (1..).zip(facts.programmes).zip(split) {
        let programme = CreateProgramme {
            fund_id,
            code: format!("PIA-{position}"),
            name,
            illustrative: Some("The code and the budget are illustrative; only the name is published.".to_owned()),
        };
        let order = Order::illustrative(thousands * THOUSAND, "Split between programmes: illustrative");
        budget::programme(stage, &team, &programme, order).await?;
    }
    stage.at(datetime!(2017-03-20 09:00 UTC));
    let cut = Order {
        minor: (facts.envelope_original - facts.envelope_after_redeployment) * 100,
        reason: "Redeployment: published on this day, decided on an earlier one that was not",
        document: "modernisation.gouv.fr, 2017-03-20",
    };
    budget::reduce(stage, &team, fund_id, cut).await
}
