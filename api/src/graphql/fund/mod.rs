//! Funds in the contract: the envelope, the programmes that share it, and what moves its money.

mod fiscal_year;
mod input;
mod kind;
mod mutation;
mod object;
mod query;

pub use fiscal_year::{FiscalYear, FiscalYearsOf};
pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{BudgetHolder, Fund, Programme};
pub use query::FundQuery;

use async_graphql::Context;
use entity::value::FundId;

use super::context::RequestContext;
use super::error::{Error, Result};
use super::scalar::Money;

/// An amount in the currency of a fund that the viewer may see.
pub(crate) async fn money(ctx: &Context<'_>, fund: FundId, minor: i64) -> Result<Money> {
    let fund = ctx.loaders().one(fund).await?;
    of_fund(&fund, minor)
}

/// An amount in the currency of a fund.
pub(crate) fn of_fund(fund: &entity::fund::Model, minor: i64) -> Result<Money> {
    let currency = domain::fund::rules::known_currency(fund).map_err(Error::from)?;
    Ok(domain::Money::new(minor, currency).into())
}
