//! Having the ledger of a fund verified on demand.

use entity::value::FundId;
use tokio::sync::Semaphore;

use super::journal::authorise;
use super::queries::of_fund;
use crate::audit::verify::verify_fund;
pub use crate::audit::verify::{Fault, Report};
use crate::fund::policy;
use crate::{Actor, Database, Error, Result};

/// A verification reads a whole journal: one at a time in this process, whoever asks.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// Verifies a fund as of one instant, for its auditors: its journal, its accounts, its budgets, its awards and their
/// payments.
/// `UNAVAILABLE` while another verification is under way.
pub async fn verify(db: &Database, actor: &Actor, fund: FundId) -> Result<Report> {
    authorise(db, actor, fund).await?;
    if !policy::may_verify(actor, fund) {
        return Err(actor.denied());
    }
    let _turn = ONE_AT_A_TIME
        .try_acquire()
        .map_err(|_| Error::busy("another verification is under way"))?;
    let fund = of_fund(db, fund).await?;
    let snapshot = db.snapshot().await?;
    let report = verify_fund(&snapshot, &fund).await?;
    snapshot.rollback().await?;
    Ok(report)
}
