//! Calls, lots and criteria, as the contract shows them.

use async_graphql::{Context, ID, Object};
use domain::call::lifecycle::status_at;
use domain::dashboard::queries::Node;
use domain::evaluation::rules::points;
use entity::{call, criterion, lot};
use uuid::Uuid;

use super::kind::CallStatus;
use super::loader::{CriteriaOf, LotsOf};
use crate::graphql::application::{self, Application};
use crate::graphql::award::{self, Award};
use crate::graphql::context::RequestContext;
use crate::graphql::dashboard::Budget;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::evaluation::{self, Decision};
use crate::graphql::fund::{Fund, Programme, money};
use crate::graphql::id;
use crate::graphql::open_data::Distinction;
use crate::graphql::page::{self, Connection, Keyed};
use crate::graphql::scalar::{DateTime, Decimal, Money};

/// A call for projects.
pub struct Call(call::Model);

impl From<call::Model> for Call {
    fn from(row: call::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Call {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// A call for projects inside a programme: when it takes applications, how they are judged, and what it can give.
#[Object]
impl Call {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Its programme.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Programme> {
        Ok(ctx.loaders().one(self.0.programme_id).await?.into())
    }

    /// Its fund.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// Short unique name, as `FTAP-2018-2`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// A paragraph for lists.
    async fn summary(&self) -> &str {
        &self.0.summary
    }

    /// Full text, in Markdown.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Whom to write to.
    async fn contact(&self) -> &str {
        &self.0.contact
    }

    /// IANA time zone in which its dates are announced.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// When it begins to take applications.
    async fn opens_at(&self) -> DateTime {
        DateTime(self.0.opens_at)
    }

    /// When it stops; null for a rolling call.
    async fn closes_at(&self) -> Option<DateTime> {
        self.0.closes_at.map(DateTime)
    }

    /// Minutes after closing during which a submission is still accepted.
    async fn grace_minutes(&self) -> i32 {
        self.0.grace_minutes
    }

    /// Least amount that may be requested; null without a limit.
    async fn minimum_grant(&self, ctx: &Context<'_>) -> Nullable<Money> {
        Some(money(ctx, self.0.fund_id, self.0.minimum_grant_minor?).await)
    }

    /// Most that may be requested; null without a limit.
    async fn maximum_grant(&self, ctx: &Context<'_>) -> Nullable<Money> {
        Some(money(ctx, self.0.fund_id, self.0.maximum_grant_minor?).await)
    }

    /// Most that may be requested of a project's cost, in basis points (10 000 is all of it).
    async fn maximum_rate_basis_points(&self) -> i32 {
        self.0.maximum_rate_bp
    }

    /// Assessments wanted per application.
    async fn assessments_wanted(&self) -> i32 {
        self.0.assessments_wanted
    }

    /// Where it stands now.
    async fn status(&self, ctx: &Context<'_>) -> CallStatus {
        status_at(&self.0, ctx.database().clock().now()).into()
    }

    /// Its lots, in order.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Vec<Lot>> {
        let rows = ctx.loaders().all(LotsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Lot).collect())
    }

    /// Its criteria, in order.
    async fn criteria(&self, ctx: &Context<'_>) -> Result<Vec<Criterion>> {
        let rows = ctx.loaders().all(CriteriaOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Criterion).collect())
    }

    /// Its applications that the viewer may see, oldest first.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Application>> {
        let filter = domain::application::queries::Filter {
            call: Some(self.0.id),
            ..Default::default()
        };
        application::applications(ctx, filter, page::arguments(first, after, last, before)?).await
    }

    /// Its awards that the viewer may see, oldest first.
    async fn awards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Award>> {
        let filter = domain::award::queries::Filter {
            call: Some(self.0.id),
            ..Default::default()
        };
        award::awards(ctx, filter, page::arguments(first, after, last, before)?).await
    }

    /// The decisions on its applications that the viewer may see, oldest first.
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Decision>> {
        evaluation::decisions(ctx, self.0.id, page::arguments(first, after, last, before)?).await
    }

    /// Prizes and mentions that it has announced. Public.
    async fn distinctions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Distinction>> {
        let page = page::arguments(first, after, last, before)?;
        let slice = domain::open_data::queries::distinctions(ctx.database(), self.0.id, page).await?;
        let total = domain::open_data::queries::count_distinctions(ctx.database(), self.0.id);
        page::connection(ctx, slice, total).await
    }

    /// Its budget, now or as it was at an instant; null, with an error, if the viewer may not see it.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Budget> {
        Some(Budget::load(ctx, Node::Call(self.0.id), as_of).await)
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this call is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A category of a call.
pub struct Lot(lot::Model);

impl From<lot::Model> for Lot {
    fn from(row: lot::Model) -> Self {
        Self(row)
    }
}

/// A category of a call, with its own ranking and winners.
#[Object]
impl Lot {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Its place in the call, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// What evaluators score applications on.
pub struct Criterion(criterion::Model);

impl From<criterion::Model> for Criterion {
    fn from(row: criterion::Model) -> Self {
        Self(row)
    }
}

/// What evaluators score the applications of a call on.
#[Object]
impl Criterion {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Its place in the call, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// What is judged.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its weight against the other criteria of the call.
    async fn weight(&self) -> i32 {
        self.0.weight
    }

    /// Highest score, in points.
    async fn maximum(&self) -> Decimal {
        Decimal(points(self.0.maximum_centi))
    }

    /// Scores are multiples of this, in points.
    async fn step(&self) -> Decimal {
        Decimal(points(self.0.step_centi))
    }

    /// A lower score is eliminatory, in points; null without a threshold.
    async fn threshold(&self) -> Option<Decimal> {
        self.0.threshold_centi.map(|threshold| Decimal(points(threshold)))
    }
}
