//! A call from its publication to its decisions: the steps that every chapter takes in the same way.

use domain::application::commands::{CreateApplication, SubmitApplication};
use domain::application::rules::Content;
use domain::call::commands::{CreateCall, PublishCall, StartEvaluation};
use domain::call::queries;
use domain::call::rules::NewCriterion;
use domain::evaluation::commands::{
    AdoptDecision, AssignEvaluator, ConcludeCall, NotifyDecision, ProposeDecision, SaveAssessment, SubmitAssessment,
};
use domain::evaluation::rules::NewScore;
use domain::fund::commands::Holder;
use domain::{Actor, Result};
use entity::value::{ApplicationId, AssessmentId, CallId, CriterionId, DecisionId, DecisionOutcome, LotId};

use super::bodies::Body;
use super::budget::{Order, allocate};
use super::dice::Dice;
use super::people::{Cast, Committee, Team};
use super::stage::{Stage, eur};

/// A published call.
pub(super) struct Round {
    id: CallId,
    /// Its lots, in order.
    pub(super) lots: Vec<LotId>,
    criteria: Vec<CriterionId>,
    /// Who evaluates it.
    pub(super) committee: Committee,
}

/// What somebody applies with.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Title of the project.
    pub(super) title: String,
    /// The project in a paragraph.
    pub(super) summary: String,
    /// Its lead.
    pub(super) lead: Body,
    /// Who takes part.
    pub(super) partners: Vec<Body>,
    /// What it costs, in cents.
    pub(super) cost_minor: i64,
    /// What is requested, in cents.
    pub(super) requested_minor: i64,
    /// What is made up about it.
    pub(super) illustrative: String,
}

/// An application on record.
#[derive(Clone)]
pub(super) struct Filed {
    /// The application.
    pub(super) id: ApplicationId,
    /// Who acts for its lead.
    pub(super) owner: Actor,
}

/// What is decided of an application.
pub(super) struct Verdict {
    /// The application.
    pub(super) application: ApplicationId,
    /// What is awarded, in cents; `None` for a rejection.
    pub(super) award_minor: Option<i64>,
    /// A prize.
    pub(super) distinction: Option<String>,
    /// Why.
    pub(super) reason: &'static str,
    /// What is made up about it.
    pub(super) illustrative: String,
}

/// A criterion scored on 20 points by half points, of the same weight as the others.
pub(super) fn criterion(title: &str) -> NewCriterion {
    NewCriterion {
        title: title.to_owned(),
        weight: 1,
        maximum_centi: 2_000,
        step_centi: 50,
        threshold_centi: None,
    }
}

impl Round {
    /// Creates a call, gives it its committee and its budget, and publishes it.
    pub(super) async fn publish(
        stage: &mut Stage,
        cast: &Cast,
        team: &Team,
        call: &CreateCall,
        budget: Option<Order>,
    ) -> Result<Self> {
        let id = stage.run(&team.manager, call).await?;
        let committee = cast.seat(stage, id).await?;
        if let Some(order) = budget {
            allocate(stage, team, Holder::Call(id), order).await?;
        }
        stage.run(&team.manager, &PublishCall { call_id: id }).await?;
        let lots = queries::lots_of(stage.database(), &[id]).await?;
        let criteria = queries::criteria_of(stage.database(), &[id]).await?;
        Ok(Self {
            id,
            lots: lots.iter().map(|lot| lot.id).collect(),
            criteria: criteria.iter().map(|criterion| criterion.id).collect(),
            committee,
        })
    }

    /// Begins an application, in a lot if the call has several.
    pub(super) async fn draft(&self, stage: &mut Stage, file: &File, lot_id: Option<LotId>) -> Result<Filed> {
        let lead = stage.party(&file.lead).await?;
        let mut partner_ids = Vec::with_capacity(file.partners.len());
        for partner in &file.partners {
            partner_ids.push(stage.party(partner).await?.id);
        }
        let command = CreateApplication {
            call_id: self.id,
            lot_id,
            organisation_id: lead.id,
            partner_ids,
            content: Content {
                title: file.title.clone(),
                summary: file.summary.clone(),
                cost: eur(file.cost_minor),
                requested: eur(file.requested_minor),
            },
            illustrative: Some(file.illustrative.clone()),
        };
        let id = stage.run(&lead.owner, &command).await?;
        Ok(Filed { id, owner: lead.owner })
    }

    /// Hands the call to its committee.
    pub(super) async fn evaluate(&self, stage: &Stage, team: &Team) -> Result<()> {
        let command = StartEvaluation { call_id: self.id };
        stage.run(&team.manager, &command).await.map(drop)
    }

    /// Writes and submits an assessment, with scores around a mean.
    pub(super) async fn assess(
        &self,
        stage: &Stage,
        (assessment_id, evaluator): (AssessmentId, &Actor),
        mean_centi: i32,
        dice: &mut Dice,
    ) -> Result<()> {
        let scores = dice.scores(mean_centi, self.criteria.len());
        let score = |(criterion_id, score_centi): (&CriterionId, i32)| NewScore {
            criterion_id: *criterion_id,
            score_centi,
            comment: "Note illustrative.".to_owned(),
        };
        let command = SaveAssessment {
            assessment_id,
            comment: "Appréciation illustrative.".to_owned(),
            scores: self.criteria.iter().zip(scores).map(score).collect(),
        };
        stage.run(evaluator, &command).await?;
        stage.run(evaluator, &SubmitAssessment { assessment_id }).await?;
        Ok(())
    }

    /// Ends the call, every application having its decision.
    pub(super) async fn conclude(&self, stage: &Stage, team: &Team) -> Result<()> {
        let command = ConcludeCall { call_id: self.id };
        stage.run(&team.manager, &command).await.map(drop)
    }
}

/// Submits an application as it was first drafted.
pub(super) async fn submit(stage: &Stage, filed: &Filed) -> Result<()> {
    let command = SubmitApplication {
        application_id: filed.id,
        revision: 1,
    };
    stage.run(&filed.owner, &command).await.map(drop)
}

/// Gives an application to an evaluator.
pub(super) async fn assign(
    stage: &Stage,
    team: &Team,
    application_id: ApplicationId,
    evaluator: &Actor,
) -> Result<AssessmentId> {
    let command = AssignEvaluator {
        application_id,
        evaluator_id: evaluator.require_user()?,
        illustrative: Some("The evaluator, the scores, the comments and the dates are made up.".to_owned()),
    };
    stage.run(&team.manager, &command).await
}

/// Proposes decisions.
pub(super) async fn propose(stage: &Stage, team: &Team, verdicts: &[Verdict]) -> Result<Vec<DecisionId>> {
    let mut decisions = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let command = ProposeDecision {
            application_id: verdict.application,
            revision: None,
            outcome: match verdict.award_minor {
                Some(_) => DecisionOutcome::Award,
                None => DecisionOutcome::Reject,
            },
            amount: eur(verdict.award_minor.unwrap_or_default()),
            distinction: verdict.distinction.clone(),
            conditions: String::new(),
            reason: verdict.reason.to_owned(),
            illustrative: Some(verdict.illustrative.clone()),
        };
        decisions.push(stage.run(&team.manager, &command).await?);
    }
    Ok(decisions)
}

/// Adopts decisions.
pub(super) async fn adopt(stage: &mut Stage, committee: &Committee, decisions: &[DecisionId]) -> Result<()> {
    for decision_id in decisions {
        let command = AdoptDecision {
            decision_id: *decision_id,
            revision: 1,
            idempotency_key: stage.key(),
        };
        stage.run(&committee.chair, &command).await?;
    }
    Ok(())
}

/// Tells applicants of decisions.
pub(super) async fn notify(stage: &Stage, team: &Team, decisions: &[DecisionId]) -> Result<()> {
    for decision_id in decisions {
        let command = NotifyDecision {
            decision_id: *decision_id,
        };
        stage.run(&team.manager, &command).await?;
    }
    Ok(())
}
