//! Applications and submissions, as the contract shows them.

use async_graphql::{Context, ID, Object};
use entity::{application, submission};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::kind::ApplicationStatus;
use super::loader::{PartnersOf, SubmissionsOf};
use crate::graphql::award::{Award, AwardOf};
use crate::graphql::call::{Call, Lot};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::evaluation::{Assessment, AssessmentsOf, Decision, DecisionOf};
use crate::graphql::fund::money;
use crate::graphql::id;
use crate::graphql::identity::{Organisation, User};
use crate::graphql::page::Keyed;
use crate::graphql::scalar::{DateTime, Money};

/// An application.
pub struct Application(application::Model);

impl From<application::Model> for Application {
    fn from(row: application::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Application {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// An organisation's file in a call for projects. Seen by its organisations; once submitted, by the staff of the call,
/// and by the evaluators it is assigned to, unless they are tied to it.
#[Object]
impl Application {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Human reference, unique, as `FTAP-2018-2-0001`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// The call it answers.
    async fn call(&self, ctx: &Context<'_>) -> Result<Call> {
        Ok(ctx.loaders().one(self.0.call_id).await?.into())
    }

    /// The lot it competes in.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Lot> {
        Ok(ctx.loaders().one(self.0.lot_id).await?.into())
    }

    /// Its lead organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        Ok(ctx.loaders().one(self.0.organisation_id).await?.into())
    }

    /// Its partner organisations.
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let partners = ctx.loaders().all(PartnersOf(self.0.id)).await?;
        let loads = partners
            .iter()
            .map(|partner| ctx.loaders().one(partner.organisation_id));
        Ok(try_join_all(loads).await?.into_iter().map(Organisation::from).collect())
    }

    /// Title of the project.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The project in a paragraph.
    async fn summary(&self) -> &str {
        &self.0.summary
    }

    /// Total cost of the project.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund_id, self.0.cost_minor).await
    }

    /// Amount requested from the fund.
    async fn requested(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund_id, self.0.requested_minor).await
    }

    /// Where it stands.
    async fn status(&self) -> ApplicationStatus {
        self.0.status.into()
    }

    /// Increases at every save: `saveApplication` and `submitApplication` name the one they mean.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// What was submitted, oldest first, each with its receipt.
    async fn submissions(&self, ctx: &Context<'_>) -> Result<Vec<Submission>> {
        let rows = ctx.loaders().all(SubmissionsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Submission).collect())
    }

    /// Its assessments, as far as the viewer may read them: evaluators read others' only after submitting their own.
    async fn assessments(&self, ctx: &Context<'_>) -> Result<Vec<Assessment>> {
        let rows = ctx.loaders().all(AssessmentsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Assessment::from).collect())
    }

    /// The decision on it; null while there is none that the viewer may know of. Applicants know once notified.
    async fn decision(&self, ctx: &Context<'_>) -> Nullable<Decision> {
        absent_as_null(ctx.loaders().one(DecisionOf(self.0.id)).await.map(Decision::from))
    }

    /// Its award; null while there is none that the viewer may know of. Applicants know once notified.
    async fn award(&self, ctx: &Context<'_>) -> Nullable<Award> {
        absent_as_null(ctx.loaders().one(AwardOf(self.0.id)).await.map(Award::from))
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// What about this application is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// What does not exist, or not for this viewer, is null without an error.
fn absent_as_null<T>(found: Result<T>) -> Nullable<T> {
    if matches!(found, Err(Error::NotFound)) {
        None
    } else {
        Some(found)
    }
}

/// A submitted snapshot of an application.
pub struct Submission(submission::Model);

impl From<submission::Model> for Submission {
    fn from(row: submission::Model) -> Self {
        Self(row)
    }
}

/// What an organisation submitted, kept unchanged, with its receipt.
#[Object]
impl Submission {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The application.
    async fn application(&self, ctx: &Context<'_>) -> Nullable<Application> {
        Some(ctx.loaders().one(self.0.application_id).await.map(Application))
    }

    /// 1 for the first submission, 2 after a reopening, and so on.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What was submitted, as JSON text.
    async fn snapshot(&self) -> &str {
        &self.0.snapshot
    }

    /// SHA-256 of the UTF-8 bytes of `snapshot`, in hexadecimal.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Who submitted; null, with an error, if the viewer may not see them.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.submitted_by).await.map(User::from))
    }

    /// When it was received, by the server's clock.
    async fn submitted_at(&self) -> DateTime {
        DateTime(self.0.submitted_at)
    }
}
