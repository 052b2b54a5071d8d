//! What changes funds, their programmes and their envelope.

mod envelope;
mod setup;

pub use envelope::{AllocateBudget, Destination, OpenEnvelope, ReduceEnvelope};
pub use setup::{CreateFund, CreateProgramme};

use entity::fund;
use entity::value::FundId;
use sea_orm::{EntityTrait, QuerySelect, sea_query::LockType};

use super::policy;
use crate::{Currency, Error, Result, Work};

/// Loads a fund the actor may see, locked until the end of the Work, with its currency.
async fn load(work: &Work, id: FundId) -> Result<(fund::Model, Currency)> {
    let fund = fund::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(work.txn())
        .await?
        .ok_or(Error::NotFound)?;
    if !policy::may_see(&work.actor, &fund) {
        return Err(Error::NotFound);
    }
    let currency = super::rules::known_currency(&fund)?;
    Ok((fund, currency))
}
