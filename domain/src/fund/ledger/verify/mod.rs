//! Proof that the ledger is whole: every journal is replayed from its first transfer, and every table of the ledger is
//! compared with what the replay says it must hold.
//!
//! Memory grows with the accounts, and with the nodes and the days on which each of them moved; never with the
//! transfers, which are read in batches, nor with the rows of `budget_entry` and `budget_day`, which are compared by
//! [`fingerprint`]. Where fingerprints differ, the journal is replayed once more to name the first row that differs.

mod accounts;
mod books;
mod budgets;
mod days;
mod entries;
mod fingerprint;
mod links;
mod replay;
mod report;
pub(crate) mod rows;

use entity::fund;
use entity::value::FundId;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

pub(crate) use books::{Books, Flow};
pub(crate) use report::Check;
pub use report::{Fault, Progress, Report, Watcher};

use crate::Result;

/// Rows read at a time.
pub(crate) const BATCH: u64 = 1_000;

/// What is verified.
#[derive(Clone, Copy, Debug)]
enum Scope {
    /// Every journal, and that no row of the ledger is outside of them.
    Whole,
    /// The journal of one fund, and what follows from it.
    Fund(FundId),
}

/// Verifies the ledger of one fund; answers what the replay says that its accounts hold.
pub(crate) async fn verify_fund(check: &mut Check<'_>, fund: &fund::Model) -> Result<Books> {
    verify_scope(check, std::slice::from_ref(fund), Scope::Fund(fund.id)).await
}

/// Verifies the ledgers of all funds; answers what the replay says that the accounts hold.
pub(crate) async fn verify(check: &mut Check<'_>) -> Result<Books> {
    let funds = fund::Entity::find().order_by_asc(fund::Column::Id);
    let funds = funds.all(check.snapshot).await?;
    verify_scope(check, &funds, Scope::Whole).await
}

async fn verify_scope(check: &mut Check<'_>, funds: &[fund::Model], scope: Scope) -> Result<Books> {
    let rows = replay::transfers(scope).count(check.snapshot).await?
        + entries::rows(scope).count(check.snapshot).await?
        + days::rows(scope).count(check.snapshot).await?;
    check.expect(rows);
    let mut books = accounts::load(check, funds, scope).await?;
    for fund in funds {
        let end = replay::replay(check, &mut books, fund).await?;
        replay::check_head(check, fund, &end).await?;
        accounts::compare(check, &books, fund);
    }
    replay::check_strays(check, scope).await?;
    budgets::compare(check, &books, scope).await?;
    entries::compare(check, &mut books, scope).await?;
    days::compare(check, &mut books, scope).await?;
    Ok(books)
}
