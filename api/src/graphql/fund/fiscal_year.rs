//! Fiscal years of payment credits, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::fund::queries;
use entity::fiscal_year;
use entity::value::FundId;

use super::kind::FiscalYearStatus;
use super::object::Fund;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Result};
use crate::graphql::id;
use crate::graphql::loader::Batch;
use crate::graphql::scalar::DateTime;

/// A year of a fund's payment credits.
pub struct FiscalYear(fiscal_year::Model);

impl From<fiscal_year::Model> for FiscalYear {
    fn from(row: fiscal_year::Model) -> Self {
        Self(row)
    }
}

impl FiscalYear {
    /// The fiscal years of a fund, oldest first, if the viewer may see them.
    pub(super) async fn of_fund(ctx: &Context<'_>, fund: FundId) -> Result<Vec<Self>> {
        queries::check_sees_fiscal_years(ctx.actor(), fund)?;
        let rows = ctx.loaders().all(FiscalYearsOf(fund)).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// A calendar year, in the time zone of the fund, for which payment credits were opened. Seen by whoever may see the
/// budget of the fund.
#[Object]
impl FiscalYear {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The fund.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// The year, as 2026.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// Where it stands.
    async fn status(&self) -> FiscalYearStatus {
        self.0.status.into()
    }

    /// When it was closed; null before.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }
}

/// Loads the fiscal years of a fund that the viewer may see, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FiscalYearsOf(pub FundId);

impl Loader<FiscalYearsOf> for Batch {
    type Value = Vec<fiscal_year::Model>;
    type Error = Error;

    async fn load(&self, keys: &[FiscalYearsOf]) -> Result<HashMap<FiscalYearsOf, Self::Value>> {
        let funds: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::fiscal_years_of(self.database(), self.actor(), &funds).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(FiscalYearsOf(row.fund_id)).or_default().push(row);
        }
        Ok(found)
    }
}
