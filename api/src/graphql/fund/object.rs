//! Funds and programmes, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object, Union};
use domain::call::queries::Filter;
use domain::dashboard::queries::Node;
use domain::fund::commands::Holder;
use domain::fund::queries;
use entity::value::{FundId, ProgrammeId};
use entity::{fund, programme};
use uuid::Uuid;

use super::fiscal_year::FiscalYear;
use super::kind::{Decommitment, FundStatus, ProgrammeStatus};
use crate::graphql::call::{self, Call};
use crate::graphql::context::RequestContext;
use crate::graphql::dashboard::Budget;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::id;
use crate::graphql::journal::{Account, AccountFilter, PaymentCredits, Transfer, TransferFilter};
use crate::graphql::loader::Batch;
use crate::graphql::page::{self, Connection, Keyed};
use crate::graphql::scalar::{Currency, Date, DateTime};

/// A fund.
pub struct Fund(fund::Model);

impl From<fund::Model> for Fund {
    fn from(row: fund::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Fund {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// An envelope of money in one currency, with a legal basis and a period, divided between programmes.
#[Object]
impl Fund {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Short unique name, as `FTAP`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The one currency of all its amounts.
    async fn currency(&self) -> Currency {
        Currency(self.0.currency.clone())
    }

    /// The text that creates it.
    async fn legal_basis(&self) -> &str {
        &self.0.legal_basis
    }

    /// First day.
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }

    /// Last day.
    async fn ends_on(&self) -> Date {
        Date(self.0.ends_on)
    }

    /// IANA time zone in which its days and its fiscal years begin.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Where it stands.
    async fn status(&self) -> FundStatus {
        self.0.status.into()
    }

    /// Whether a payment can be ordered only within the payment credits that its programme has for the fiscal year.
    async fn enforces_payment_credits(&self) -> bool {
        self.0.enforces_payment_credits
    }

    /// Where money goes that was committed and will not be spent.
    async fn decommitment(&self) -> Decommitment {
        self.0.decommitment.into()
    }

    /// Whether money that was recovered may be given back to the call it came from.
    async fn reinstates_recoveries(&self) -> bool {
        self.0.reinstates_recoveries
    }

    /// The fiscal years for which it has payment credits, oldest first; null, with an error, if the viewer may not see
    /// its budget.
    async fn fiscal_years(&self, ctx: &Context<'_>) -> Nullable<Vec<FiscalYear>> {
        Some(FiscalYear::of_fund(ctx, self.0.id).await)
    }

    /// Its programmes, oldest first.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Programme>> {
        let page = page::arguments(first, after, last, before)?;
        let slice = queries::programmes(ctx.database(), ctx.actor(), self.0.id, page).await?;
        page::connection(
            ctx,
            slice,
            queries::count_programmes(ctx.database(), ctx.actor(), self.0.id),
        )
        .await
    }

    /// Its calls for projects that the viewer may see, oldest first.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Call>> {
        let filter = Filter {
            fund: Some(self.0.id),
            ..Filter::default()
        };
        call::calls(ctx, filter, page::arguments(first, after, last, before)?).await
    }

    /// Its budget, now or as it was at an instant; null, with an error, if the viewer may not see it.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Budget> {
        Some(Budget::load(ctx, Node::Fund(self.0.id), as_of).await)
    }

    /// The payment credits of its programmes, by fiscal year, now or as they were at an instant; null, with an error,
    /// if the viewer may not see its budget.
    async fn payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this fiscal year, as 2026; of all of them, if it is left out.")] fiscal_year: Option<i32>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Vec<PaymentCredits>> {
        Some(PaymentCredits::load(ctx, Node::Fund(self.0.id), fiscal_year, as_of).await)
    }

    /// Its journal: every transfer of its money, in the order in which they were recorded; null, with an error, if the
    /// viewer may not read it.
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only these; all of them, if it is left out.")] filter: Option<TransferFilter>,
    ) -> Nullable<Connection<Transfer>> {
        match page::arguments(first, after, last, before) {
            Ok(page) => Some(TransferFilter::list(filter, ctx, self.0.id, page).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Its accounts, in the order in which they were first touched; null, with an error, if the viewer may not read its
    /// journal.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only these; all of them, if it is left out.")] filter: Option<AccountFilter>,
    ) -> Nullable<Connection<Account>> {
        match page::arguments(first, after, last, before) {
            Ok(page) => Some(AccountFilter::list(filter, ctx, self.0.id, page).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this fund is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A programme.
pub struct Programme(programme::Model);

impl From<programme::Model> for Programme {
    fn from(row: programme::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Programme {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// An axis of a fund, with its own allocation, from which its calls for projects are endowed.
#[Object]
impl Programme {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Its fund.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// Short name, unique in the fund.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it stands.
    async fn status(&self) -> ProgrammeStatus {
        self.0.status.into()
    }

    /// Its calls for projects that the viewer may see, oldest first.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Call>> {
        let filter = Filter {
            programme: Some(self.0.id),
            ..Filter::default()
        };
        call::calls(ctx, filter, page::arguments(first, after, last, before)?).await
    }

    /// Its budget, now or as it was at an instant; null, with an error, if the viewer may not see it.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Budget> {
        Some(Budget::load(ctx, Node::Programme(self.0.id), as_of).await)
    }

    /// Its payment credits, by fiscal year, now or as they were at an instant; null, with an error, if
    /// the viewer may not see its budget.
    async fn payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this fiscal year, as 2026; of all of them, if it is left out.")] fiscal_year: Option<i32>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Vec<PaymentCredits>> {
        Some(PaymentCredits::load(ctx, Node::Programme(self.0.id), fiscal_year, as_of).await)
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this programme is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// Who holds budget between the envelope of a fund and its awards.
#[derive(Union)]
pub enum BudgetHolder {
    /// A programme.
    Programme(Programme),
    /// A call.
    Call(Call),
}

impl BudgetHolder {
    /// A holder that the viewer may see.
    pub(super) async fn load(ctx: &Context<'_>, holder: Holder) -> Result<Self> {
        Ok(match holder {
            Holder::Programme(id) => Programme::from(ctx.loaders().one(id).await?).into(),
            Holder::Call(id) => Call::from(ctx.loaders().one(id).await?).into(),
        })
    }
}

impl Loader<FundId> for Batch {
    type Value = fund::Model;
    type Error = Error;

    async fn load(&self, ids: &[FundId]) -> Result<HashMap<FundId, fund::Model>> {
        let funds = queries::funds_by_ids(self.database(), self.actor(), ids).await?;
        Ok(funds.into_iter().map(|fund| (fund.id, fund)).collect())
    }
}

impl Loader<ProgrammeId> for Batch {
    type Value = programme::Model;
    type Error = Error;

    async fn load(&self, ids: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, programme::Model>> {
        let programmes = queries::programmes_by_ids(self.database(), self.actor(), ids).await?;
        Ok(programmes
            .into_iter()
            .map(|programme| (programme.id, programme))
            .collect())
    }
}
