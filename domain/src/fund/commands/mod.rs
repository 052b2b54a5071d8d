//! What changes funds, their programmes and their envelope.

mod budget;
mod credits;
mod envelope;
mod order;
mod reverse;
mod setup;

pub use budget::{AllocateBudget, DeallocateBudget, Holder, RedeployBudget};
pub(crate) use credits::check_year_takes_orders;
pub use credits::{
    CarryOverPaymentCredits, CloseFiscalYear, MovePaymentCredits, OpenPaymentCredits, ReducePaymentCredits,
};
pub use envelope::{OpenEnvelope, ReduceEnvelope};
pub use order::Order;
pub use reverse::ReverseTransfer;
pub use setup::{CloseFund, CreateFund, CreateProgramme, SetFundPolicy};

use entity::fund;
use entity::value::FundId;
use sea_orm::{EntityTrait, QuerySelect, sea_query::LockType};

use super::policy;
use crate::{Error, Result, Work};

/// Loads a fund the actor may see, locked until the end of the Work.
async fn load(work: &Work, id: FundId) -> Result<fund::Model> {
    let row = fund::Entity::find_by_id(id).lock(LockType::NoKeyUpdate);
    visible(work, row.one(work.txn()).await?)
}

fn visible(work: &Work, row: Option<fund::Model>) -> Result<fund::Model> {
    let fund = row.ok_or(Error::NotFound)?;
    if !policy::may_see(&work.actor, &fund) {
        return Err(Error::NotFound);
    }
    Ok(fund)
}
