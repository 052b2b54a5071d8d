//! Verifications of ledgers.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::audit::verify;

use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::id;
use crate::graphql::scalar::BigInt;

/// Most faults that are named.
const NAMED: usize = 100;

/// What a verification of the ledger of a fund found: its journal was replayed from the first transfer, and its
/// accounts, its budgets, its awards and their payments were compared with the outcome.
#[derive(Debug, SimpleObject)]
pub struct LedgerVerification {
    /// How many transfers were replayed.
    transfers: BigInt,
    /// How many accounts were compared.
    accounts: BigInt,
    /// Whether nothing is wrong.
    sound: bool,
    /// How many faults there are. Beyond a thousand they are not told apart, and count as one more.
    fault_count: BigInt,
    /// What is wrong, in the order in which it was found: the first hundred faults at most.
    faults: Vec<LedgerFault>,
}

/// Something wrong in a ledger.
#[derive(Debug, SimpleObject)]
pub struct LedgerFault {
    /// Where it is: the fund, and the transfer, the account, the budget, the award or the payment.
    place: String,
    /// What is wrong there, in English.
    what: String,
}

impl From<verify::Report> for LedgerVerification {
    fn from(report: verify::Report) -> Self {
        let count = |number| BigInt(i64::try_from(number).unwrap_or(i64::MAX));
        let faults = report.faults.iter().take(NAMED).map(|fault| LedgerFault {
            place: fault.place().to_owned(),
            what: fault.what().to_owned(),
        });
        Self {
            transfers: count(report.transfers),
            accounts: count(report.accounts),
            sound: report.faults.is_empty(),
            fault_count: count(report.faults.len().try_into().unwrap_or(u64::MAX)),
            faults: faults.collect(),
        }
    }
}

/// Queries of journals.
#[derive(Default)]
pub struct JournalQuery;

#[Object]
impl JournalQuery {
    /// Verifies the ledger of a fund, as it is at this moment. For auditors. It reads the whole journal, so there is
    /// one verification at a time: `UNAVAILABLE` while another one is under way.
    async fn verify_ledger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fund.")] fund_id: ID,
    ) -> Nullable<LedgerVerification> {
        Some(report(ctx, &fund_id).await)
    }
}

async fn report(ctx: &Context<'_>, fund: &ID) -> Result<LedgerVerification> {
    Ok(verify::verify_fund(ctx.database(), ctx.actor(), id::parse(fund)?)
        .await?
        .into())
}
