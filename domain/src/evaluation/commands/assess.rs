//! Writing, submitting and declining an assessment.

use entity::value::{AssessmentId, CallStatus, CriterionId, CriterionScoreId, NodeKind};
use entity::{assessment, call, criterion, criterion_score};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::LockType,
};
use serde::Serialize;

use crate::call::lifecycle::status_at;
use crate::error::{Reasons, Refusal};
use crate::evaluation::lifecycle::AssessmentEvent;
use crate::evaluation::queries::visible_assessments;
use crate::evaluation::rules::{NewScore, check_scores, total_centi, unscored};
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Saves an assessment; it may be incomplete. Replaces the comment and every score.
#[derive(Clone, Debug)]
pub struct SaveAssessment {
    /// The assessment.
    pub assessment_id: AssessmentId,
    /// Overall comment.
    pub comment: String,
    /// Scores, at most one per criterion.
    pub scores: Vec<NewScore>,
}

/// An assessment with its scores, for the audit trail.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    assessment: assessment::Model,
    scores: Vec<criterion_score::Model>,
}

impl Command for SaveAssessment {
    type Output = AssessmentId;

    async fn run(&self, work: &mut Work) -> Result<AssessmentId> {
        let assessment = load_own(work, self.assessment_id).await?;
        let criteria = criteria(work, &assessment).await?;
        let mut reasons = Reasons::none();
        let status = reasons.keep(AssessmentEvent::Save.apply(assessment.status));
        check_call(work, &assessment, &mut reasons).await?;
        let comment = reasons.optional_text("comment", &self.comment, 10_000);
        check_scores(&self.scores, &criteria, &mut reasons);
        reasons.finish()?;
        let before = Whole {
            scores: scores(work, &assessment).await?,
            assessment: assessment.clone(),
        };
        let old = criterion_score::Column::AssessmentId.eq(assessment.id);
        criterion_score::Entity::delete_many()
            .filter(old)
            .exec(work.txn())
            .await?;
        for score in &self.scores {
            let row = criterion_score::ActiveModel {
                id: Set(CriterionScoreId::new()),
                assessment_id: Set(assessment.id),
                criterion_id: Set(score.criterion_id),
                score_centi: Set(score.score_centi),
                comment: Set(score.comment.trim().to_owned()),
            };
            row.insert(work.txn()).await?;
        }
        let mut change = assessment.clone().into_active_model();
        change.status = Set(status.unwrap_or(assessment.status));
        change.comment = Set(comment);
        let after = change.update(work.txn()).await?;
        let after = Whole {
            scores: scores(work, &assessment).await?,
            assessment: after,
        };
        work.record("assessment.save", subject(assessment.id), Some(&before), &after)
            .await?;
        Ok(assessment.id)
    }
}

/// Submits an assessment: every criterion is scored, and it is frozen with its total.
#[derive(Clone, Copy, Debug)]
pub struct SubmitAssessment {
    /// The assessment.
    pub assessment_id: AssessmentId,
}

impl Command for SubmitAssessment {
    type Output = AssessmentId;

    async fn run(&self, work: &mut Work) -> Result<AssessmentId> {
        let assessment = load_own(work, self.assessment_id).await?;
        let criteria = criteria(work, &assessment).await?;
        let scores = scores(work, &assessment).await?;
        let mut reasons = Reasons::none();
        let status = reasons.keep(AssessmentEvent::Submit.apply(assessment.status));
        check_call(work, &assessment, &mut reasons).await?;
        let done: Vec<CriterionId> = scores.iter().map(|score| score.criterion_id).collect();
        for criterion in unscored(&criteria, &done) {
            let title = &criterion.title;
            let refusal = Refusal::invalid(
                "assessmentId",
                format!("This criterion has no score: {title}."),
                format!("Ce critère n'a pas de note : {title}."),
            );
            reasons.push(refusal.with("criterionPosition", criterion.position));
        }
        reasons.finish()?;
        let parts: Vec<_> = criteria
            .iter()
            .filter_map(|criterion| {
                let score = scores.iter().find(|score| score.criterion_id == criterion.id)?;
                Some((score.score_centi, criterion.maximum_centi, criterion.weight))
            })
            .collect();
        let mut change = assessment.clone().into_active_model();
        change.status = Set(status.unwrap_or(assessment.status));
        change.total_centi = Set(Some(total_centi(&parts)));
        change.submitted_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        work.record("assessment.submit", subject(after.id), Some(&assessment), &after)
            .await?;
        Ok(after.id)
    }
}

/// Refuses an assessment; the evaluator no longer sees the application by it.
#[derive(Clone, Copy, Debug)]
pub struct DeclineAssessment {
    /// The assessment.
    pub assessment_id: AssessmentId,
}

impl Command for DeclineAssessment {
    type Output = AssessmentId;

    async fn run(&self, work: &mut Work) -> Result<AssessmentId> {
        let assessment = load_own(work, self.assessment_id).await?;
        let mut change = assessment.clone().into_active_model();
        change.status = Set(AssessmentEvent::Decline.apply(assessment.status)?);
        let after = change.update(work.txn()).await?;
        work.record("assessment.decline", subject(after.id), Some(&assessment), &after)
            .await?;
        Ok(after.id)
    }
}

/// Loads an assessment given to the actor, locked until the end of the Work. Somebody else's, though visible, is
/// forbidden.
async fn load_own(work: &Work, id: AssessmentId) -> Result<assessment::Model> {
    let user_id = work.actor.require_user()?;
    let select = visible_assessments(&work.actor)
        .filter(assessment::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    let assessment = select.one(work.txn()).await?.ok_or(Error::NotFound)?;
    if assessment.evaluator_id == user_id {
        Ok(assessment)
    } else {
        Err(Error::Forbidden)
    }
}

async fn check_call(work: &Work, assessment: &assessment::Model, reasons: &mut Reasons) -> Result<()> {
    let call = call::Entity::find_by_id(assessment.call_id)
        .one(work.txn())
        .await?
        .ok_or(Error::NotFound)?;
    let status = status_at(&call, work.now);
    reasons.require(status == CallStatus::UnderEvaluation, || {
        Refusal::state("a call", "un appel à projets", status.as_str(), "ASSESS")
    });
    Ok(())
}

async fn criteria(work: &Work, assessment: &assessment::Model) -> Result<Vec<criterion::Model>> {
    let select = criterion::Entity::find()
        .filter(criterion::Column::CallId.eq(assessment.call_id))
        .order_by_asc(criterion::Column::Position);
    Ok(select.all(work.txn()).await?)
}

async fn scores(work: &Work, assessment: &assessment::Model) -> Result<Vec<criterion_score::Model>> {
    let of = criterion_score::Column::AssessmentId.eq(assessment.id);
    Ok(criterion_score::Entity::find().filter(of).all(work.txn()).await?)
}

fn subject(id: AssessmentId) -> Subject {
    Subject::new(NodeKind::Assessment, id)
}
