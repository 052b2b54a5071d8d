//! `octroi verify`: proof that the ledger is whole, that every object stands where its money stands, and that nothing
//! changed without its audit event.

mod awards;
mod payments;
mod trail;

use entity::audit_event;
use sea_orm::{EntityTrait, PaginatorTrait};

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
    awards::check(check, &books).await?;
    trail::check(check).await
}
