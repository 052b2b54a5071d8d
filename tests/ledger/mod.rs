//! The envelope cannot be overdrawn: not by many at once, not by a crash, not while the database is away, and not by
//! hand without a trace.

mod batch;
mod crash;
mod job;
mod model;
mod outage;
mod race;
mod tamper;

use api::graphql::id;
use entity::value::UserId;
use serde_json::json;

use crate::flows::stage::{self, Call, assign, draft_input, euros};
use crate::harness::{Client, Persona, text};

/// A call with many decisions that wait for its chair.
struct Proposals {
    call: Call,
    chair: Persona,
    /// Orders what the call's first finance officer has approved.
    treasurer: Persona,
    applicant: Persona,
    evaluator: Persona,
    decision_ids: Vec<String>,
    /// An application that was submitted, and that nobody has judged yet.
    spare: String,
}

impl Proposals {
    /// So many applications of one organisation, all to be granted the same amount.
    async fn new(app: &Client, count: usize, amount: &str) -> Self {
        let call = stage::call_open(app).await;
        let (applicant, organisation_id) = app.as_applicant(stage::SIRET).await;
        let mut applications = Vec::with_capacity(count);
        for _ in 0..=count {
            let draft = draft_input(&call.call_id, &organisation_id);
            let application = call.apply(app, &applicant, draft).await;
            let input = json!({ "applicationId": application, "revision": 1 });
            app.mutate(&applicant, "submitApplication", input, "").await;
            applications.push(application);
        }
        call.start_evaluation(app).await;
        let mut proposals = Self {
            chair: app.as_chair(&call.call_id).await,
            treasurer: app.as_finance_officer(&call.fund_id).await,
            evaluator: app.as_committee_member(&call.call_id).await,
            spare: applications.pop().expect("one more than was asked for"),
            call,
            applicant,
            decision_ids: Vec::with_capacity(count),
        };
        for application in applications {
            let decision_id = proposals.propose_on(app, &application, amount).await;
            proposals.decision_ids.push(decision_id);
        }
        proposals
    }

    /// A decision on the spare application.
    async fn propose(&self, app: &Client, amount: &str) -> String {
        self.propose_on(app, &self.spare, amount).await
    }

    async fn propose_on(&self, app: &Client, application: &str, amount: &str) -> String {
        let manager = &self.call.manager;
        assign(app, manager, application, &self.evaluator).await;
        let input = json!({ "applicationId": application, "outcome": "AWARD", "amount": euros(amount),
            "reason": "It serves every town." });
        let proposed = app.mutate(manager, "proposeDecision", input, "decision { id }").await;
        text(&proposed["decision"]["id"])
    }
}

/// Whose account a persona is.
fn user(persona: &Persona) -> UserId {
    id::parse(&persona.id.as_str().into()).expect("the identifier of an account")
}
