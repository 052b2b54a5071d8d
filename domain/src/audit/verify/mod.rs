//! `octroi verify`: proof that the ledger is whole, that every object stands where its money stands, and that nothing
//! changed without its audit event.

mod awards;
mod payments;
mod trail;

use entity::{audit_event, fund};
use sea_orm::{DatabaseTransaction, EntityTrait, PaginatorTrait};

use crate::fund::ledger::verify::{self as ledger, Check, rows};
pub use crate::fund::ledger::verify::{Fault, Progress, Report, Watcher};
use crate::{Database, Result};

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

/// Verifies one fund as of a snapshot: its ledger, and that its awards and payments stand where their money stands. Not
/// its audit trail, which is that of the whole database.
pub(crate) async fn verify_fund(snapshot: &DatabaseTransaction, fund: &fund::Model) -> Result<Report> {
    let watcher = &mut |_| ();
    let mut check = Check::new(snapshot, watcher);
    let compared = compare_fund(&mut check, fund).await;
    rows::endure(&mut check, compared)?;
    Ok(check.finish())
}

async fn compare_fund(check: &mut Check<'_>, fund: &fund::Model) -> Result<()> {
    let books = ledger::verify_fund(check, fund).await?;
    awards::check(check, &books, Some(fund.id)).await
}
