//! `octroi verify`: proof that the ledger is whole, that every object stands where its money stands, and that nothing
//! changed without its audit event.

mod awards;
mod payments;
mod trail;

use entity::value::FundId;
use entity::{audit_event, fund};
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::sync::Semaphore;

use crate::dashboard::journal::authorise;
use crate::fund::ledger::verify::{self as ledger, Check, rows};
pub use crate::fund::ledger::verify::{Fault, Progress, Report, Watcher};
use crate::fund::policy;
use crate::{Actor, Database, Error, Result};

/// Verifies the whole database as of one instant; the watcher is told how far it has come.
pub async fn verify(db: &Database, watcher: Watcher<'_>) -> Result<Report> {
    let snapshot = db.snapshot().await?;
    let mut check = Check::new(&snapshot, watcher);
    check.report.audit_events = audit_event::Entity::find().count(&snapshot).await?;
    check.expect(check.report.audit_events);
    let compared = compare(&mut check).await;
    rows::endure(&mut check, compared)?;
    let report = check.finish();
    snapshot.rollback().await?;
    Ok(report)
}

async fn compare(check: &mut Check<'_>) -> Result<()> {
    let books = ledger::verify(check).await?;
    awards::check(check, &books, None).await?;
    trail::check(check).await
}

/// A verification reads a whole journal: one at a time in this process, whoever asks.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// Verifies one fund as of one instant, for its auditors: its ledger, and that its awards and payments stand where
/// their money stands. Not its audit trail, which is that of the whole database. `UNAVAILABLE` while another such
/// verification is under way.
pub async fn verify_fund(db: &Database, actor: &Actor, id: FundId) -> Result<Report> {
    authorise(db, actor, id).await?;
    if !policy::may_verify(actor, id) {
        return Err(actor.denied());
    }
    let turn = ONE_AT_A_TIME.try_acquire();
    let _turn = turn.map_err(|_| Error::busy("another verification is under way"))?;
    let snapshot = db.snapshot().await?;
    let fund = fund::Entity::find_by_id(id).one(&snapshot).await?;
    let fund = fund.ok_or(Error::NotFound)?;
    let watcher = &mut |_| ();
    let mut check = Check::new(&snapshot, watcher);
    let compared = compare_fund(&mut check, &fund).await;
    rows::endure(&mut check, compared)?;
    let report = check.finish();
    snapshot.rollback().await?;
    Ok(report)
}

async fn compare_fund(check: &mut Check<'_>, fund: &fund::Model) -> Result<()> {
    let books = ledger::verify_fund(check, fund).await?;
    awards::check(check, &books, Some(fund.id)).await
}
