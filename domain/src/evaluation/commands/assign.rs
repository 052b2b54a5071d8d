//! Giving applications to evaluators.

use entity::value::{ApplicationId, AssessmentId, AssessmentStatus, CallStatus, NodeKind, UserId};
use entity::{assessment, submission};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{File, load_file};
use crate::application::lifecycle::Event;
use crate::application::policy::place;
use crate::call::lifecycle::status_at;
use crate::error::{Code, Refusal};
use crate::evaluation::policy::{self, Eligibility};
use crate::identity::queries::actor_in;
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Gives an application, as last submitted, to an evaluator.
#[derive(Clone, Debug)]
pub struct AssignEvaluator {
    /// The application.
    pub application_id: ApplicationId,
    /// Who is to evaluate it.
    pub evaluator_id: UserId,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for AssignEvaluator {
    type Output = AssessmentId;

    async fn run(&self, work: &mut Work) -> Result<AssessmentId> {
        let assigned_by = work.actor.require_user()?;
        let file = load_file(work, self.application_id).await?;
        if !policy::may_assign(&work.actor, place(&file.application), &file.organisations) {
            return Err(work.actor.denied());
        }
        check_call(work, &file)?;
        check_evaluator(work, &file, self.evaluator_id).await?;
        let status = Event::Evaluate.apply(file.application.status)?;
        let submission = submission::Entity::find()
            .filter(submission::Column::ApplicationId.eq(file.application.id))
            .order_by_desc(submission::Column::Number)
            .one(work.txn())
            .await?
            .ok_or_else(|| Error::internal("a submitted application has no submission"))?;
        let assessment = assessment::ActiveModel {
            id: Set(AssessmentId::new()),
            application_id: Set(file.application.id),
            call_id: Set(file.call.id),
            submission_id: Set(submission.id),
            evaluator_id: Set(self.evaluator_id),
            status: Set(AssessmentStatus::Assigned),
            comment: Set(String::new()),
            total_centi: Set(None),
            assigned_by: Set(assigned_by),
            assigned_at: Set(work.now),
            submitted_at: Set(None),
            illustrative: Set(self.illustrative.clone()),
        };
        let assessment = assessment
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, twice))?;
        let subject = Subject::new(NodeKind::Assessment, assessment.id);
        work.record("assessment.assign", subject, None, &assessment).await?;
        if status != file.application.status {
            let mut change = file.application.clone().into_active_model();
            change.status = Set(status);
            change.updated_at = Set(work.now);
            let after = change.update(work.txn()).await?;
            let subject = Subject::new(NodeKind::Application, after.id);
            work.record("application.evaluate", subject, Some(&file.application), &after)
                .await?;
        }
        Ok(assessment.id)
    }
}

fn check_call(work: &Work, file: &File) -> Result<()> {
    let status = status_at(&file.call, work.now);
    if status == CallStatus::UnderEvaluation {
        return Ok(());
    }
    Err(Refusal::state("a call", "un appel à projets", status.as_str(), "ASSIGN_EVALUATOR").into())
}

async fn check_evaluator(work: &Work, file: &File, evaluator_id: UserId) -> Result<()> {
    let evaluator = actor_in(work, evaluator_id).await?;
    match policy::eligibility(&evaluator, place(&file.application), &file.organisations) {
        Eligibility::Eligible => Ok(()),
        Eligibility::NotOnTheCommittee => Err(Refusal::invalid(
            "evaluatorId",
            "This person does not sit on the call's committee.",
            "Cette personne ne siège pas au comité de l'appel à projets.",
        )
        .into()),
        Eligibility::Tied => Err(Refusal::new(
            Code::ConflictOfInterest,
            "This person belongs to an organisation of the application.",
            "Cette personne appartient à une organisation du dossier.",
        )
        .at("evaluatorId")
        .into()),
    }
}

fn twice() -> Refusal {
    Refusal::new(
        Code::AlreadyExists,
        "This person was given this application before.",
        "Cette personne a déjà reçu ce dossier.",
    )
    .at("evaluatorId")
}
