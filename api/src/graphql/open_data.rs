//! Open data in the contract: what anybody may read without an account.

use async_graphql::{Context, Object};
use domain::open_data::queries;
use uuid::Uuid;

use super::call::{Call, Lot};
use super::context::RequestContext;
use super::error::{Nullable, Result};
use super::fund::{self, Fund};
use super::identity::Organisation;
use super::page::{self, Connection, Keyed};
use super::scalar::{Date, Money};

/// A project whose agreement is signed.
pub struct FundedProject(queries::FundedProject);

impl From<queries::FundedProject> for FundedProject {
    fn from(project: queries::FundedProject) -> Self {
        Self(project)
    }
}

impl Keyed for FundedProject {
    fn key(&self) -> Uuid {
        self.0.award_id.into()
    }
}

/// A project that a fund supports: its agreement is signed. Public.
#[Object]
impl FundedProject {
    /// Human reference of the application, as `FTAP-2018-2-0001`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Title of the project.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The project in a paragraph.
    async fn summary(&self) -> &str {
        &self.0.summary
    }

    /// The organisation that leads it and receives the grant.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        Ok(ctx.loaders().one(self.0.organisation_id).await?.into())
    }

    /// Its partners.
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        organisations(ctx, &self.0.partner_ids).await
    }

    /// The call it answered.
    async fn call(&self, ctx: &Context<'_>) -> Result<Call> {
        Ok(ctx.loaders().one(self.0.call_id).await?.into())
    }

    /// The fund that pays.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// Amount granted, less what was given up since.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        fund::money(ctx, self.0.fund_id, self.0.amount_minor).await
    }

    /// The day on which the last of both sides signed.
    async fn signed_on(&self) -> Date {
        Date(self.0.signed_on)
    }

    /// What about this project is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A prize or mention that has been announced.
pub struct Distinction(queries::Distinction);

impl From<queries::Distinction> for Distinction {
    fn from(distinction: queries::Distinction) -> Self {
        Self(distinction)
    }
}

impl Keyed for Distinction {
    fn key(&self) -> Uuid {
        self.0.decision_id.into()
    }
}

/// A prize or mention that a jury has given and announced. Public.
#[Object]
impl Distinction {
    /// The prize or mention.
    async fn distinction(&self) -> &str {
        &self.0.distinction
    }

    /// Title of the project.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The lot it competed in.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Lot> {
        Ok(ctx.loaders().one(self.0.lot_id).await?.into())
    }

    /// The organisation that leads the project.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        Ok(ctx.loaders().one(self.0.organisation_id).await?.into())
    }

    /// The other laureates.
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        organisations(ctx, &self.0.partner_ids).await
    }
}

async fn organisations(ctx: &Context<'_>, ids: &[entity::value::OrganisationId]) -> Result<Vec<Organisation>> {
    let loads = ids.iter().map(|id| ctx.loaders().one(*id));
    let rows = futures_util::future::try_join_all(loads).await?;
    Ok(rows.into_iter().map(Organisation::from).collect())
}

/// Queries of open data.
#[derive(Default)]
pub struct OpenDataQuery;

#[Object]
impl OpenDataQuery {
    /// Funded projects, oldest first. Public: no account is needed.
    #[expect(
        clippy::too_many_arguments,
        reason = "the contract gives lists their filters and paging as arguments"
    )]
    async fn funded_projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of the fund with this code.")] fund_code: Option<String>,
        #[graphql(desc = "Only those of the call with this code.")] call_code: Option<String>,
        #[graphql(desc = "Only those whose title holds this text.")] search: Option<String>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<FundedProject>> {
        let load = async {
            let page = page::arguments(first, after, last, before)?;
            let mut filter = queries::Filter {
                search,
                ..queries::Filter::default()
            };
            if let Some(code) = fund_code {
                filter.fund = Some(
                    domain::fund::queries::fund_by_code(ctx.database(), ctx.actor(), &code)
                        .await?
                        .id,
                );
            }
            if let Some(code) = call_code {
                filter.call = Some(
                    domain::call::queries::call_by_code(ctx.database(), ctx.actor(), &code)
                        .await?
                        .id,
                );
            }
            let slice = queries::funded_projects(ctx.database(), &filter, page).await?;
            page::connection(ctx, slice, queries::count_funded_projects(ctx.database(), &filter)).await
        };
        Some(load.await)
    }
}
