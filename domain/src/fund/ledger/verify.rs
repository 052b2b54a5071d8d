//! Proof that the ledger is whole: every journal is replayed from its first transfer and compared with what is stored.

use std::{collections::HashMap, fmt};

use entity::value::{AccountId, AccountKind, Instant};
use entity::{account, budget, fund, ledger_head, transfer};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::balances::{Balances, nodes};
use super::{chart, hash};
use crate::{Error, Result};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Transfers replayed.
    pub transfers: u64,
    /// Accounts compared.
    pub accounts: u64,
    /// Audit events counted.
    pub audit_events: u64,
    /// Everything that is wrong; empty when nothing is.
    pub faults: Vec<Fault>,
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    /// A fault described in English, its place first.
    #[must_use]
    pub fn new(what: String) -> Self {
        Self(what)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Transfers read at a time: memory does not grow with the journal.
const BATCH: u64 = 1_000;

/// An account as the journal says it must be.
struct Replayed {
    stored: account::Model,
    debits: i64,
    credits: i64,
    touched: i32,
}

/// Replays every journal, adding what is wrong to the report.
pub(crate) async fn verify<C: ConnectionTrait>(
    db: &C,
    report: &mut Report,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    for fund in fund::Entity::find().order_by_asc(fund::Column::Id).all(db).await? {
        let mut accounts: HashMap<AccountId, Replayed> = account::Entity::find()
            .filter(account::Column::FundId.eq(fund.id))
            .all(db)
            .await?
            .into_iter()
            .map(|stored| {
                (
                    stored.id,
                    Replayed {
                        stored,
                        debits: 0,
                        credits: 0,
                        touched: 0,
                    },
                )
            })
            .collect();
        let end = replay(db, &fund, &mut accounts, report, progress).await?;
        check_head(db, &fund, &end, report).await?;
        check_accounts(&fund, &accounts, report);
        check_budgets(db, &fund, &accounts, report).await?;
        report.accounts += u64::try_from(accounts.len()).map_err(Error::internal)?;
    }
    Ok(())
}

/// Where a replay has come to.
struct End {
    seq: i64,
    hash: String,
    recorded_at: Instant,
}

async fn replay<C: ConnectionTrait>(
    db: &C,
    fund: &fund::Model,
    accounts: &mut HashMap<AccountId, Replayed>,
    report: &mut Report,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<End> {
    let mut end = End {
        seq: 0,
        hash: hash::GENESIS.to_owned(),
        recorded_at: Instant(i64::MIN),
    };
    loop {
        let batch = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(fund.id))
            .filter(transfer::Column::Seq.gt(end.seq))
            .order_by_asc(transfer::Column::Seq)
            .limit(BATCH)
            .all(db)
            .await?;
        if batch.is_empty() {
            return Ok(end);
        }
        for transfer in batch {
            check_transfer(&fund.code, &transfer, &end, accounts, report);
            end = End {
                seq: transfer.seq,
                hash: transfer.hash,
                recorded_at: transfer.recorded_at,
            };
            report.transfers += 1;
        }
        progress(report.transfers);
    }
}

fn check_transfer(
    fund: &str,
    transfer: &transfer::Model,
    end: &End,
    accounts: &mut HashMap<AccountId, Replayed>,
    report: &mut Report,
) {
    let mut fault = |what: &str| {
        report
            .faults
            .push(Fault::new(format!("{fund} transfer {}: {what}", transfer.seq)));
    };
    if transfer.seq != end.seq + 1 {
        fault("a transfer before this one is missing");
    }
    if transfer.previous_hash != end.hash {
        fault("it does not continue the hash of the one before");
    }
    if transfer.recorded_at < end.recorded_at {
        fault("it was recorded before the one before");
    }
    if transfer.hash != hash::of(transfer) {
        fault("it was altered: its hash is not that of its fields");
    }
    let sides = [transfer.debit_account_id, transfer.credit_account_id].map(|id| accounts.get(&id));
    let [Some(debit), Some(credit)] = sides else {
        fault("one of its accounts is not in the fund");
        return;
    };
    if !chart::joins(transfer.kind, &debit.stored, &credit.stored) || transfer.amount_minor <= 0 {
        fault("the chart of accounts does not permit it");
    }
    if let Some(debit) = accounts.get_mut(&transfer.debit_account_id) {
        debit.debits = debit.debits.saturating_add(transfer.amount_minor);
        debit.touched += 1;
        if debit.credits - debit.debits != transfer.debit_balance_minor {
            fault("its debited balance does not follow from the transfers before");
        }
        if debit.stored.kind != AccountKind::Source && debit.credits < debit.debits {
            fault("it overdrew the debited account");
        }
    }
    if let Some(credit) = accounts.get_mut(&transfer.credit_account_id) {
        credit.credits = credit.credits.saturating_add(transfer.amount_minor);
        credit.touched += 1;
        if credit.credits - credit.debits != transfer.credit_balance_minor {
            fault("its credited balance does not follow from the transfers before");
        }
    }
}

async fn check_head<C: ConnectionTrait>(db: &C, fund: &fund::Model, end: &End, report: &mut Report) -> Result<()> {
    let head = ledger_head::Entity::find_by_id(fund.id).one(db).await?;
    if head.is_none_or(|head| head.seq != end.seq || head.hash != end.hash) {
        let what = format!(
            "{} after transfer {}: the end of the journal is missing or was added",
            fund.code, end.seq
        );
        report.faults.push(Fault::new(what));
    }
    Ok(())
}

fn check_accounts(fund: &fund::Model, accounts: &HashMap<AccountId, Replayed>, report: &mut Report) {
    for replayed in accounts.values() {
        let stored = &replayed.stored;
        let same = (stored.debits_minor, stored.credits_minor, stored.version)
            == (replayed.debits, replayed.credits, replayed.touched);
        if !same {
            let what = format!(
                "{} account {} ({}): stored balance is not the journal's",
                fund.code, stored.id, stored.kind
            );
            report.faults.push(Fault::new(what));
        }
    }
}

async fn check_budgets<C: ConnectionTrait>(
    db: &C,
    fund: &fund::Model,
    accounts: &HashMap<AccountId, Replayed>,
    report: &mut Report,
) -> Result<()> {
    let mut expected: HashMap<Uuid, Balances> = HashMap::new();
    for replayed in accounts.values() {
        let account = &replayed.stored;
        for (_, node) in nodes(account) {
            let balance = replayed.credits - replayed.debits;
            expected.entry(node).or_default().add(account.kind, balance);
        }
    }
    for stored in budget::Entity::find()
        .filter(budget::Column::FundId.eq(fund.id))
        .all(db)
        .await?
    {
        if expected.remove(&stored.node_id) != Some(Balances::from(&stored)) {
            let what = format!(
                "{} budget of {} {}: not the sum of its accounts",
                fund.code, stored.node_kind, stored.node_id
            );
            report.faults.push(Fault::new(what));
        }
    }
    for missing in expected.keys() {
        report
            .faults
            .push(Fault::new(format!("{} budget of {missing}: missing", fund.code)));
    }
    Ok(())
}
