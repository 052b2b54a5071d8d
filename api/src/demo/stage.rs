//! Where the demonstration is played: a database, its clock, and whoever has appeared so far.

use std::any::type_name;
use std::collections::HashMap;

use domain::identity::commands::{CreateOrganisation, Register};
use domain::identity::{password, queries};
use domain::money::Amount;
use domain::{Actor, Command, Database, Error, Result};
use entity::value::{IdentifierScheme, OrganisationId, UserId};
use indicatif::ProgressBar;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::bodies::Body;
use super::dice::Dice;
use super::names::Names;
use super::people::PASSWORD;
use super::siret::siret;

/// Where the demonstration is played.
pub(super) struct Stage {
    database: Database,
    progress: ProgressBar,
    /// Names that do not exist.
    pub(super) names: Names,
    dice: Dice,
    /// The same for every account: a hash takes longer than all the commands about a person.
    password_hash: String,
    /// The organisations on record, by name: one of them may turn up in several programmes.
    parties: HashMap<String, Party>,
    keys: u32,
}

/// An organisation on record, with somebody who acts for it.
#[derive(Clone)]
pub(super) struct Party {
    /// The organisation.
    pub(super) id: OrganisationId,
    /// Its owner.
    pub(super) owner: Actor,
}

impl Stage {
    /// An empty stage.
    pub(super) fn new(database: &Database, progress: &ProgressBar) -> Result<Self> {
        Ok(Self {
            database: database.clone(),
            progress: progress.clone(),
            names: Names::read()?,
            dice: Dice::of_chapter(0),
            password_hash: password::hash(PASSWORD)?,
            parties: HashMap::new(),
            keys: 0,
        })
    }

    /// The database, for queries.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Runs a command as a request of its own. A refusal is a fault of the demonstration: it is told with its command.
    pub(super) async fn run<C: Command>(&self, actor: &Actor, command: &C) -> Result<C::Output> {
        let mut actor = actor.clone();
        actor.request_id = Uuid::now_v7();
        let outcome = self.database.execute(&actor, command).await.map_err(|error| {
            let name = type_name::<C>().rsplit("::").next().unwrap_or_default();
            Error::internal(format!("{name} was refused to the demonstration: {error:?}"))
        })?;
        self.progress.inc(1);
        Ok(outcome.value)
    }

    /// Moves the clock, and says what happens then.
    pub(super) fn scene(&self, at: OffsetDateTime, what: &'static str) {
        self.at(at);
        self.progress.set_message(what);
    }

    /// Moves the clock.
    pub(super) fn at(&self, at: OffsetDateTime) {
        self.database.clock().set(at);
    }

    /// A new idempotency key.
    pub(super) fn key(&mut self) -> String {
        self.keys += 1;
        format!("demo-{:05}", self.keys)
    }

    /// Somebody with what they hold at this moment.
    pub(super) async fn actor(&self, id: UserId) -> Result<Actor> {
        queries::actor(&self.database, id, Uuid::now_v7()).await
    }

    /// Opens an account.
    pub(super) async fn register(&self, email: &str, display_name: &str) -> Result<UserId> {
        let command = Register {
            email: email.to_owned(),
            display_name: display_name.to_owned(),
            password_hash: self.password_hash.clone(),
            illustrative: Some("This person is made up.".to_owned()),
        };
        self.run(&Actor::anonymous(Uuid::now_v7()), &command).await
    }

    /// The hash of the password of every account.
    pub(super) fn password_hash(&self) -> String {
        self.password_hash.clone()
    }

    /// An organisation, recorded when it first appears by somebody who appears with it.
    pub(super) async fn party(&mut self, body: &Body) -> Result<Party> {
        if let Some(party) = self.parties.get(&body.name) {
            return Ok(party.clone());
        }
        let email = format!("contact-{:03}@applicants.octroi.example", self.parties.len() + 1);
        let name = self.names.person(&mut self.dice);
        let owner = self.register(&email, &name).await?;
        self.record(body, owner).await
    }

    /// Records an organisation as somebody's.
    pub(super) async fn record(&mut self, body: &Body, owner: UserId) -> Result<Party> {
        let command = CreateOrganisation {
            name: body.name.clone(),
            kind: body.kind,
            scheme: IdentifierScheme::FrSiret,
            identifier: siret(&mut self.dice),
            region: body.region.clone(),
            illustrative: Some(body.illustrative.to_owned()),
        };
        let id = self.run(&self.actor(owner).await?, &command).await?;
        let owner = self.actor(owner).await?;
        let party = Party { id, owner };
        self.parties.insert(body.name.clone(), party.clone());
        Ok(party)
    }
}

/// An amount of euros, from cents.
pub(super) fn eur(minor: i64) -> Amount {
    Amount {
        decimal: format!("{}.{:02}", minor / 100, minor % 100),
        currency: "EUR".to_owned(),
    }
}

/// So many instants, evenly between two.
pub(super) fn spread(from: OffsetDateTime, to: OffsetDateTime, count: usize) -> impl Iterator<Item = OffsetDateTime> {
    let steps = i32::try_from(count).unwrap_or(i32::MAX);
    let step: Duration = (to - from) / steps.max(1);
    (0..steps).map(move |place| from + step * place)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn euros_are_written_with_their_cents() {
        assert_eq!(eur(30_000_000_005).decimal, "300000000.05");
        assert_eq!(eur(100).decimal, "1.00");
    }

    #[test]
    fn instants_are_spread_from_the_first_to_before_the_last() {
        let (from, to) = (datetime!(2018-07-02 08:00 UTC), datetime!(2018-07-04 08:00 UTC));
        let instants: Vec<_> = spread(from, to, 2).collect();
        assert_eq!(instants, [from, datetime!(2018-07-03 08:00 UTC)]);
        assert_eq!(spread(from, to, 0).count(), 0);
    }
}
