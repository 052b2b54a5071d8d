//! Assessments and decisions, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::application::queries::submission;
use domain::evaluation::{queries, rules};
use entity::value::{ApplicationId, AssessmentId, DecisionId};
use entity::{assessment, criterion, criterion_score, decision};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::kind::{AssessmentStatus, DecisionOutcome, DecisionStatus};
use crate::graphql::application::{Application, Submission};
use crate::graphql::award::{Award, AwardOf};
use crate::graphql::call::Criterion;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::fund;
use crate::graphql::id;
use crate::graphql::identity::User;
use crate::graphql::loader::Batch;
use crate::graphql::page::Keyed;
use crate::graphql::scalar::{DateTime, Decimal, Money};

/// One evaluator's report on one application.
pub struct Assessment(assessment::Model);

impl From<assessment::Model> for Assessment {
    fn from(row: assessment::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Assessment {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

impl Assessment {
    /// An assessment that the viewer may see.
    pub(crate) async fn load(ctx: &Context<'_>, id: AssessmentId) -> Result<Self> {
        Ok(Self(queries::assessment(ctx.database(), ctx.actor(), id).await?))
    }
}

/// One evaluator's scored report on one application, as last submitted when it was assigned. Staff see who was given
/// what and how far they are. Scores and comments are read by their evaluator alone until submitted; then by staff, and
/// by the evaluators who have submitted theirs on the same application. Applicants see nothing of it.
#[Object]
impl Assessment {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The application; null, with an error, if the viewer may not see it, as an evaluator who has declined.
    async fn application(&self, ctx: &Context<'_>) -> Nullable<Application> {
        let application = ctx.loaders().one(self.0.application_id).await;
        Some(application.map(Application::from))
    }

    /// What is judged: the application as it was submitted; null, with an error, if the viewer may not see it.
    async fn submission(&self, ctx: &Context<'_>) -> Nullable<Submission> {
        let found = submission(ctx.database(), ctx.actor(), self.0.submission_id).await;
        Some(found.map(Submission::from).map_err(Error::from))
    }

    /// Who judges; null, with an error, if the viewer may not see them.
    async fn evaluator(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.evaluator_id).await.map(User::from))
    }

    /// Where it stands.
    async fn status(&self) -> AssessmentStatus {
        self.0.status.into()
    }

    /// Overall comment; empty when there is none that the viewer may read.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// The scores so far, in the order of the call's criteria; empty when there is none that the viewer may read.
    async fn scores(&self, ctx: &Context<'_>) -> Result<Vec<CriterionScore>> {
        let rows = ctx.loaders().all(ScoresOf(self.0.id)).await?;
        let scores = rows.into_iter().map(async |row| {
            let criterion = ctx.loaders().one(row.criterion_id).await?;
            Ok::<_, Error>(CriterionScore { row, criterion })
        });
        let mut scores = try_join_all(scores).await?;
        scores.sort_by_key(|score| score.criterion.position);
        Ok(scores)
    }

    /// The mean of the scores by the weights of their criteria, out of 100 points: `"72.5"`; null before it is
    /// submitted, and while the viewer may not read it.
    async fn total(&self) -> Option<Decimal> {
        self.0.total_centi.map(rules::points).map(Decimal)
    }

    /// When it was given to the evaluator.
    async fn assigned_at(&self) -> DateTime {
        DateTime(self.0.assigned_at)
    }

    /// When it was submitted; null before.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(DateTime)
    }

    /// What about this assessment is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// The score of one criterion in one assessment.
pub struct CriterionScore {
    row: criterion_score::Model,
    criterion: criterion::Model,
}

/// The score that an assessment gives an application on one criterion of the call.
#[Object]
impl CriterionScore {
    /// What is judged.
    async fn criterion(&self) -> Criterion {
        self.criterion.clone().into()
    }

    /// The score in points, out of the criterion's maximum: `"12.5"`.
    async fn score(&self) -> Decimal {
        Decimal(rules::points(self.row.score_centi))
    }

    /// Why; empty when the evaluator did not say.
    async fn comment(&self) -> &str {
        &self.row.comment
    }
}

/// What is decided on one application.
pub struct Decision(decision::Model);

impl From<decision::Model> for Decision {
    fn from(row: decision::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Decision {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

impl Decision {
    /// A decision that the viewer may see.
    pub(crate) async fn load(ctx: &Context<'_>, id: DecisionId) -> Result<Self> {
        Ok(Self(queries::decision(ctx.database(), ctx.actor(), id).await?))
    }
}

/// The reasoned outcome for one application, and the amount it grants. Staff see it from its proposal, the
/// organisations of the application once notified.
#[Object]
impl Decision {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The application; null, with an error, if the viewer may not see it.
    async fn application(&self, ctx: &Context<'_>) -> Nullable<Application> {
        let application = ctx.loaders().one(self.0.application_id).await;
        Some(application.map(Application::from))
    }

    /// What it says.
    async fn outcome(&self) -> DecisionOutcome {
        self.0.outcome.into()
    }

    /// The amount granted; zero for a rejection, or for a distinction without money.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        let call = ctx.loaders().one(self.0.call_id).await?;
        fund::money(ctx, call.fund_id, self.0.amount_minor).await
    }

    /// A prize or mention that goes with it; null when there is none.
    async fn distinction(&self) -> Option<&str> {
        self.0.distinction.as_deref()
    }

    /// Conditions set on the grant; empty when there are none.
    async fn conditions(&self) -> &str {
        &self.0.conditions
    }

    /// Why it says so.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Increases each time it is proposed again: `adoptDecision` names the one that was read.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Where it stands.
    async fn status(&self) -> DecisionStatus {
        self.0.status.into()
    }

    /// When it was adopted; null before.
    async fn adopted_at(&self) -> Option<DateTime> {
        self.0.adopted_at.map(DateTime)
    }

    /// When the applicant was told; null before.
    async fn notified_at(&self) -> Option<DateTime> {
        self.0.notified_at.map(DateTime)
    }

    /// The award that it makes; null until it is adopted, and when it grants no money.
    async fn award(&self, ctx: &Context<'_>) -> Nullable<Award> {
        match ctx.loaders().one(AwardOf(self.0.application_id)).await {
            Err(Error::NotFound) => None,
            found => Some(found.map(Award::from)),
        }
    }

    /// What about this decision is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// Loads the assessments of an application that the viewer may see, in order of assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AssessmentsOf(pub ApplicationId);

impl Loader<AssessmentsOf> for Batch {
    type Value = Vec<assessment::Model>;
    type Error = Error;

    async fn load(&self, keys: &[AssessmentsOf]) -> Result<HashMap<AssessmentsOf, Self::Value>> {
        let applications: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::assessments_of(self.database(), self.actor(), &applications).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(AssessmentsOf(row.application_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// Loads the scores of an assessment that has been loaded for the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScoresOf(pub AssessmentId);

impl Loader<ScoresOf> for Batch {
    type Value = Vec<criterion_score::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ScoresOf]) -> Result<HashMap<ScoresOf, Self::Value>> {
        let assessments: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::scores_of(self.database(), self.actor(), &assessments).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(ScoresOf(row.assessment_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// Loads the decision on an application, if there is one that the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecisionOf(pub ApplicationId);

impl Loader<DecisionOf> for Batch {
    type Value = decision::Model;
    type Error = Error;

    async fn load(&self, keys: &[DecisionOf]) -> Result<HashMap<DecisionOf, Self::Value>> {
        let applications: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::decisions_of(self.database(), self.actor(), &applications).await?;
        Ok(rows
            .into_iter()
            .map(|row| (DecisionOf(row.application_id), row))
            .collect())
    }
}
