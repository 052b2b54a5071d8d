//! Ledgers of several sizes, each a copy of the same one while it grows.

use domain::{Actor, Database};
use entity::value::{AccountId, AccountKind, AwardId, CallId, FundId, Instant, TransferId};
use entity::{account, award, transfer};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use time::Duration;

use crate::figures::whole;
use crate::stage::{Journal, Stage};
use crate::storage::{LARGEST, Place};
use crate::{past, say};

/// How many awards there are, each with an account of its own.
const AWARDS: usize = 300;
/// From how many places in the journal it is read.
const PLACES: u64 = 500;

/// A ledger of one size, and who reads it.
pub struct Ledger {
    /// The name of its database.
    pub name: String,
    pub database: Database,
    pub transfers: u64,
    pub reader: Actor,
    pub fund: FundId,
    pub calls: Vec<CallId>,
    pub awards: Vec<AwardId>,
    /// Of the calls, with what is left of their budgets.
    pub accounts: Vec<AccountId>,
    /// Some of its transfers, from anywhere in it.
    pub somewhere: Vec<TransferId>,
    /// When its first and its last transfer were recorded.
    pub recorded: (Instant, Instant),
}

/// Fills a ledger, and keeps a copy of it at each size. Answers with the journal too, that of the largest one.
pub async fn grow(place: &Place, sizes: &[u64]) -> (Vec<Ledger>, Journal) {
    say(place, "setting the stage for reads");
    let mut database = place.create(LARGEST).await;
    let stage = Stage::set(&database).await;
    let journal = stage.journal("FUND", 5, 4).await;
    stage.award(&journal, AWARDS).await;
    drop(stage);
    let mut names = Vec::with_capacity(sizes.len());
    for (place_in_row, size) in (1..).zip(sizes) {
        journal
            .post(&database, &journal.redeploy())
            .await
            .expect("a redeployment");
        let side = place.connection(LARGEST).await;
        let there = last(&side, journal.fund).await;
        let missing = size
            .checked_sub(there)
            .unwrap_or_else(|| panic!("the stage has {there} transfers already"));
        past::go_on(&side, journal.fund, missing).await;
        side.close().await.expect("the connection closes");
        say(place, &format!("{} transfers", whole(*size)));
        database.close().await.expect("the connections close");
        place.settle(LARGEST).await;
        names.push(if place_in_row == sizes.len() {
            LARGEST.to_owned()
        } else {
            let name = format!("reads_{size}");
            place.copy(LARGEST, &name).await;
            name
        });
        database = place.open(LARGEST).await;
    }
    database.close().await.expect("the connections close");
    let mut ledgers = Vec::with_capacity(names.len());
    for name in names {
        ledgers.push(Ledger::open(place, name, &journal).await);
    }
    (ledgers, journal)
}

impl Ledger {
    async fn open(place: &Place, name: String, journal: &Journal) -> Self {
        let database = place.open(&name).await;
        // Who asks for the last two minutes waits for whoever may still be writing in them, once, whatever the ledger's
        // length: all of it is longer ago than that.
        database.clock().advance(Duration::minutes(5));
        let side = place.connection(&name).await;
        let transfers = last(&side, journal.fund).await;
        let awards = award::Entity::find().all(&side).await.expect("awards");
        let accounts = account::Entity::find()
            .filter(account::Column::FundId.eq(journal.fund))
            .filter(account::Column::Kind.eq(AccountKind::Call));
        let accounts = accounts.all(&side).await.expect("accounts");
        let end = i64::try_from(transfers).expect("a number");
        let numbers = (0..PLACES).map(|_| fastrand::i64(1..=end)).chain([1, end]);
        let somewhere = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(journal.fund))
            .filter(transfer::Column::Seq.is_in(numbers))
            .order_by_asc(transfer::Column::Seq);
        let somewhere = somewhere.all(&side).await.expect("transfers");
        side.close().await.expect("the connection closes");
        let recorded = |transfer: Option<&transfer::Model>| transfer.expect("a transfer").recorded_at;
        Self {
            name,
            database,
            transfers,
            reader: journal.officer.clone(),
            fund: journal.fund,
            calls: journal.calls.clone(),
            awards: awards.iter().map(|award| award.id).collect(),
            accounts: accounts.iter().map(|account| account.id).collect(),
            recorded: (recorded(somewhere.first()), recorded(somewhere.last())),
            somewhere: somewhere.iter().map(|transfer| transfer.id).collect(),
        }
    }
}

/// How many transfers a fund has: they are numbered without gaps.
async fn last(side: &DatabaseConnection, fund: FundId) -> u64 {
    let last = transfer::Entity::find()
        .filter(transfer::Column::FundId.eq(fund))
        .order_by_desc(transfer::Column::Seq);
    let last = last.one(side).await.expect("the ledger is read");
    last.map_or(0, |last| last.seq).try_into().expect("a number")
}
