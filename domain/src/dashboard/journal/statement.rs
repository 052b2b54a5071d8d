//! Statements of accounts: what an account held, what moved, what it holds.

use entity::value::{AccountId, FundId, Instant};
use entity::{account, ledger_head, transfer};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::accounts::{held, visible};
use super::transfers::load;
use super::ways::Reach;
use crate::dashboard::queries::{past, settle};
use crate::{Actor, Database, Error, Page, Refusal, Result, Slice};

/// What was recorded after one instant and until another, the second included: the next statement begins where this one
/// ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// After this instant; from the first transfer on, if there is none.
    pub after: Option<Instant>,
    /// Until this instant, included; until now, if there is none.
    pub until: Option<Instant>,
}

/// The statement of an account: what it held at the two ends of a period, both read from one snapshot of the database.
/// Its [`lines`] and their [count](count_lines) are read apart, and never have what was recorded after the snapshot.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The fund of the account.
    pub fund: FundId,
    /// What the account held when the period began, in minor units.
    pub opening_minor: i64,
    /// What it held when the period ended, in minor units.
    pub closing_minor: i64,
    account: AccountId,
    period: Period,
    /// Where the journal ended in the snapshot, for a period that lasts until then.
    end: Option<i64>,
}

/// A transfer, from the side of one of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The transfer.
    pub transfer: transfer::Model,
    /// Whether it took from the account; it added to it otherwise.
    pub debit: bool,
}

impl Line {
    fn new(account: AccountId, transfer: transfer::Model) -> Self {
        let debit = transfer.debit_account_id == account;
        Self { transfer, debit }
    }

    /// By how much it changed the account, in minor units: below zero when it took from it.
    #[must_use]
    pub fn change_minor(&self) -> i64 {
        let amount = self.transfer.amount_minor;
        if self.debit { -amount } else { amount }
    }

    /// What the account held afterwards, in minor units.
    #[must_use]
    pub fn balance_minor(&self) -> i64 {
        if self.debit {
            self.transfer.debit_balance_minor
        } else {
            self.transfer.credit_balance_minor
        }
    }
}

/// The statement of an account whose journal the actor may read; `NOT_FOUND` if it is none.
pub async fn statement(db: &Database, actor: &Actor, id: AccountId, period: Period) -> Result<Statement> {
    let period = period.checked(db)?;
    if let Some(latest) = period.until.or(period.after) {
        let account = super::accounts::account(db, actor, id).await?;
        settle(db, account.fund_id, latest).await?;
    }
    let snapshot = db.snapshot().await?;
    let account = visible(actor)
        .filter(account::Column::Id.eq(id))
        .one(&snapshot)
        .await?
        .ok_or(Error::NotFound)?;
    let opening_minor = match period.after {
        Some(at) => balance_at(id, at, &snapshot).await?,
        None => 0,
    };
    let (closing_minor, end) = if let Some(at) = period.until {
        (balance_at(id, at, &snapshot).await?, None)
    } else {
        let head = ledger_head::Entity::find_by_id(account.fund_id).one(&snapshot).await?;
        let now = account.credits_minor - account.debits_minor;
        (now, Some(head.map_or(0, |head| head.seq)))
    };
    snapshot.rollback().await?;
    Ok(Statement {
        fund: account.fund_id,
        opening_minor,
        closing_minor,
        account: id,
        period,
        end,
    })
}

/// A page of the lines of a statement: what moved in its period, in the order of the journal.
pub async fn lines(db: &Database, statement: &Statement, page: Page) -> Result<Slice<Line>> {
    let reach = Reach::accounts([statement.account]);
    let found = load(statement.fund, &reach, &statement.condition(), page, &db.reader).await?;
    let line = |transfer| Line::new(statement.account, transfer);
    Ok(Slice {
        items: found.items.into_iter().map(line).collect(),
        has_previous: found.has_previous,
        has_next: found.has_next,
    })
}

/// How many lines a statement has.
pub async fn count_lines(db: &Database, statement: &Statement) -> Result<u64> {
    let select = Reach::accounts([statement.account]).select(statement.fund, &statement.condition(), None);
    Ok(select.count(&db.reader).await?)
}

/// What an account held at an instant: nothing before its first transfer.
async fn balance_at<C: ConnectionTrait>(id: AccountId, at: Instant, db: &C) -> Result<i64> {
    let accounts = Condition::all().add(account::Column::Id.eq(id));
    let held = held(accounts, Some(at), db).await?;
    Ok(held.first().map_or(0, |held| held.balance_minor))
}

impl Period {
    /// Refuses a period that is not over, whose closing balance is not known yet, and one that ends before it begins.
    fn checked(self, db: &Database) -> Result<Self> {
        self.after.map(|at| past(db, "from", at)).transpose()?;
        self.until.map(|at| past(db, "to", at)).transpose()?;
        if self.after.zip(self.until).is_some_and(|(after, until)| until < after) {
            let refusal = Refusal::invalid(
                "to",
                "The period ends before it begins.",
                "La période finit avant de commencer.",
            );
            return Err(refusal.into());
        }
        Ok(self)
    }
}

impl Statement {
    fn condition(&self) -> Condition {
        use transfer::Column::{RecordedAt, Seq};
        Condition::all()
            .add_option(self.period.after.map(|at| RecordedAt.gt(at)))
            .add_option(self.period.until.map(|at| RecordedAt.lte(at)))
            .add_option(self.end.map(|end| Seq.lte(end)))
    }
}
