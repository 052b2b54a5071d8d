//! Awards and their agreements, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::award::queries;
use domain::dashboard::queries::Node;
use entity::value::{ApplicationId, AwardId};
use entity::{agreement, award};
use uuid::Uuid;

use super::kind::AwardStatus;
use super::payment::{Instalment, InstalmentsOf};
use super::recovery::Recovery;
use crate::graphql::application::Application;
use crate::graphql::call::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::dashboard::Budget;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::fund::{self, Fund};
use crate::graphql::id;
use crate::graphql::identity::Organisation;
use crate::graphql::loader::Batch;
use crate::graphql::page::Keyed;
use crate::graphql::scalar::{Date, DateTime, Money};

/// A grant.
pub struct Award(award::Model);

impl From<award::Model> for Award {
    fn from(row: award::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Award {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// A grant: the money that an adopted decision gives to an application, from its reservation to its last payment. Seen
/// by staff, and by the organisations of the application once notified.
#[Object]
impl Award {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Title of the project, as it was when awarded.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The application; null, with an error, if the viewer may not see it.
    async fn application(&self, ctx: &Context<'_>) -> Nullable<Application> {
        let application = ctx.loaders().one(self.0.application_id).await;
        Some(application.map(Application::from))
    }

    /// The beneficiary: the organisation that receives the money.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        Ok(ctx.loaders().one(self.0.organisation_id).await?.into())
    }

    /// The call; null, with an error, if the viewer may not see it.
    async fn call(&self, ctx: &Context<'_>) -> Nullable<Call> {
        Some(ctx.loaders().one(self.0.call_id).await.map(Call::from))
    }

    /// The fund that pays.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// The amount granted, what was decommitted since included.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        fund::money(ctx, self.0.fund_id, self.0.amount_minor).await
    }

    /// How much of the amount was decommitted: committed once, and given up.
    async fn decommitted(&self, ctx: &Context<'_>) -> Result<Money> {
        fund::money(ctx, self.0.fund_id, self.0.decommitted_minor).await
    }

    /// Where it stands.
    async fn status(&self) -> AwardStatus {
        self.0.status.into()
    }

    /// The agreement, followed by its amendments; empty until one is signed.
    async fn agreements(&self, ctx: &Context<'_>) -> Result<Vec<Agreement>> {
        let rows = ctx.loaders().all(AgreementsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Agreement).collect())
    }

    /// The schedule of payments, in order; empty until the agreement is signed. What is not cancelled of it adds up to
    /// the amount, less what was decommitted.
    async fn instalments(&self, ctx: &Context<'_>) -> Result<Vec<Instalment>> {
        let rows = ctx.loaders().all(InstalmentsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Instalment::from).collect())
    }

    /// The claims for money that was paid wrongly, oldest first; usually none.
    async fn recoveries(&self, ctx: &Context<'_>) -> Result<Vec<Recovery>> {
        Recovery::of_award(ctx, self.0.id).await
    }

    /// How much of it is reserved, committed, ordered and paid, now or at an instant; null, with an error, if the
    /// viewer may not see that.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Budget> {
        Some(Budget::load(ctx, Node::Award(self.0.id), as_of).await)
    }

    /// When it was decided.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this award is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A signed agreement, or an amendment to one.
pub struct Agreement(agreement::Model);

impl From<agreement::Model> for Agreement {
    fn from(row: agreement::Model) -> Self {
        Self(row)
    }
}

/// The agreement by which funder and beneficiary are bound, or an amendment to it, as signed by both.
#[Object]
impl Agreement {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// 1 for the agreement, 2 and more for its amendments.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Its number, which no other agreement has.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// When the beneficiary signed.
    async fn signed_by_beneficiary_on(&self) -> Date {
        Date(self.0.signed_by_beneficiary_on)
    }

    /// When the funder signed.
    async fn signed_by_funder_on(&self) -> Date {
        Date(self.0.signed_by_funder_on)
    }

    /// When the signatures were recorded here.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }
}

impl Loader<AwardId> for Batch {
    type Value = award::Model;
    type Error = Error;

    async fn load(&self, ids: &[AwardId]) -> Result<HashMap<AwardId, award::Model>> {
        let awards = queries::awards_by_ids(self.database(), self.actor(), ids).await?;
        Ok(awards.into_iter().map(|award| (award.id, award)).collect())
    }
}

/// Loads the award of an application, if there is one that the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwardOf(pub ApplicationId);

impl Loader<AwardOf> for Batch {
    type Value = award::Model;
    type Error = Error;

    async fn load(&self, keys: &[AwardOf]) -> Result<HashMap<AwardOf, Self::Value>> {
        let applications: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::awards_of(self.database(), self.actor(), &applications).await?;
        Ok(rows.into_iter().map(|row| (AwardOf(row.application_id), row)).collect())
    }
}

/// Loads the agreements of an award that the viewer may see, latest version last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgreementsOf(pub AwardId);

impl Loader<AgreementsOf> for Batch {
    type Value = Vec<agreement::Model>;
    type Error = Error;

    async fn load(&self, keys: &[AgreementsOf]) -> Result<HashMap<AgreementsOf, Self::Value>> {
        let awards: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::agreements_of(self.database(), self.actor(), &awards).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(AgreementsOf(row.award_id)).or_default().push(row);
        }
        Ok(found)
    }
}
