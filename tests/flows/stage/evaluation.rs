//! From the committee's first meeting to a decision that waits for its chair.

use serde_json::{Value, json};

use super::{File, after, euros, fresh_key};
use crate::harness::{Client, Persona, text};

/// An application in the hands of its first evaluator.
pub struct Evaluation {
    pub assessment_id: String,
    /// The evaluator it was assigned to.
    pub evaluator: Persona,
    pub chair: Persona,
    file: File,
}

after!(Evaluation => file: File);

impl Evaluation {
    pub async fn begin(app: &Client, file: File) -> Self {
        file.start_evaluation(app).await;
        let chair = app.as_chair(&file.call_id).await;
        let evaluator = app.as_committee_member(&file.call_id).await;
        let assessment_id = assign(app, &file.manager, &file.application_id, &evaluator).await;
        Self {
            assessment_id,
            evaluator,
            chair,
            file,
        }
    }

    /// Another member of the committee, with the same application; answers with their assessment.
    pub async fn second_evaluator(&self, app: &Client) -> (Persona, String) {
        let second = app.as_committee_member(&self.call_id).await;
        let assessment_id = assign(app, &self.manager, &self.application_id, &second).await;
        (second, assessment_id)
    }

    /// What `saveAssessment` takes, for the first evaluator: the same scores for every criterion, in its order.
    pub async fn scores_input(&self, app: &Client, scores: &[&str]) -> Value {
        scores_input(app, &self.call_id, &self.assessment_id, scores).await
    }

    /// What `proposeDecision` takes.
    pub fn proposal_input(&self, amount: &str) -> Value {
        json!({ "applicationId": self.application_id, "outcome": "AWARD", "amount": euros(amount),
            "reason": "It serves every town." })
    }
}

/// Gives an application to an evaluator; answers with the assessment they are to write.
pub async fn assign(app: &Client, manager: &Persona, application_id: &str, evaluator: &Persona) -> String {
    let input = json!({ "applicationId": application_id, "evaluatorId": evaluator.id });
    let assigned = app.mutate(manager, "assignEvaluator", input, "assessment { id }").await;
    text(&assigned["assessment"]["id"])
}

/// What `saveAssessment` takes: scores for the first criteria of a call, in their order.
pub async fn scores_input(app: &Client, call_id: &str, assessment_id: &str, scores: &[&str]) -> Value {
    let criteria = super::field(app, None, call_id, "Call", "criteria { id }").await;
    let scores: Vec<Value> = criteria
        .as_array()
        .expect("criteria")
        .iter()
        .zip(scores)
        .map(|(criterion, score)| json!({ "criterionId": criterion["id"], "score": score, "comment": "Convincing." }))
        .collect();
    json!({ "assessmentId": assessment_id, "comment": "Well run.", "scores": scores })
}

/// Saves an assessment with the highest scores and submits it.
pub async fn full_marks(app: &Client, evaluator: &Persona, call_id: &str, assessment_id: &str) {
    let input = scores_input(app, call_id, assessment_id, &["20", "10"]).await;
    app.mutate(evaluator, "saveAssessment", input, "").await;
    let input = json!({ "assessmentId": assessment_id });
    app.mutate(evaluator, "submitAssessment", input, "").await;
}

/// What `adoptDecision` takes, with a key of its own, for a decision that was proposed once.
pub fn adoption_input(decision_id: &str) -> Value {
    json!({ "decisionId": decision_id, "revision": 1, "idempotencyKey": fresh_key() })
}

/// A decision that waits for the chair.
pub struct Decision {
    pub decision_id: String,
    evaluation: Evaluation,
}

after!(Decision => evaluation: Evaluation);

impl Decision {
    pub(super) async fn propose(app: &Client, evaluation: Evaluation, amount: &str) -> Self {
        let proposed = app
            .mutate(
                &evaluation.manager,
                "proposeDecision",
                evaluation.proposal_input(amount),
                "decision { id }",
            )
            .await;
        Self {
            decision_id: text(&proposed["decision"]["id"]),
            evaluation,
        }
    }

    /// What `adoptDecision` takes, with a key of its own.
    pub fn adoption_input(&self) -> Value {
        adoption_input(&self.decision_id)
    }
}
