//! From a call that is written to an application that is submitted.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{DEADLINE, ENDOWMENT, Fund, REQUESTED, SIRET, START, after, euros};
use crate::harness::{Client, Persona, text};

/// A call that is open and has its endowment.
pub struct Call {
    pub call_id: String,
    fund: Fund,
}

after!(Call => fund: Fund);

impl Call {
    pub(super) async fn open(app: &Client, fund: Fund) -> Self {
        let input = call_input(&fund.programme_id, START, Some(DEADLINE));
        let call = Self::publish(app, fund, input).await;
        call.allocate(app, &call.call_id, ENDOWMENT).await;
        call
    }

    /// Writes a call and publishes it.
    pub async fn publish(app: &Client, fund: Fund, input: Value) -> Self {
        let created = app.mutate(&fund.manager, "createCall", input, "call { id }").await;
        let call_id = text(&created["call"]["id"]);
        app.mutate(&fund.manager, "publishCall", json!({ "callId": call_id }), "")
            .await;
        Self { call_id, fund }
    }

    /// Drafts an application to this call; answers with its identifier.
    pub async fn apply(&self, app: &Client, applicant: &Persona, input: Value) -> String {
        let created = app
            .mutate(applicant, "createApplication", input, "application { id }")
            .await;
        text(&created["application"]["id"])
    }

    /// Closes the call by the clock and hands it to its committee.
    pub async fn start_evaluation(&self, app: &Client) {
        app.clock.set(DEADLINE);
        let input = json!({ "callId": self.call_id });
        app.mutate(&self.manager, "startEvaluation", input, "").await;
    }
}

/// An application of one organisation.
pub struct File {
    pub application_id: String,
    pub organisation_id: String,
    /// Owner of the organisation.
    pub applicant: Persona,
    call: Call,
}

after!(File => call: Call);

impl File {
    pub(super) async fn draft(app: &Client, call: Call) -> Self {
        let (applicant, organisation_id) = app.as_applicant(SIRET).await;
        let application_id = call
            .apply(app, &applicant, draft_input(&call.call_id, &organisation_id))
            .await;
        Self {
            application_id,
            organisation_id,
            applicant,
            call,
        }
    }

    /// Submits it as it was drafted.
    pub async fn submit(&self, app: &Client) {
        app.mutate(&self.applicant, "submitApplication", self.submission_input(1), "")
            .await;
    }

    /// What `submitApplication` takes.
    pub fn submission_input(&self, revision: i32) -> Value {
        json!({ "applicationId": self.application_id, "revision": revision })
    }

    /// What `saveApplication` takes.
    pub fn save_input(&self, revision: i32, title: &str) -> Value {
        json!({ "applicationId": self.application_id, "revision": revision, "title": title,
            "summary": "A single online form replaces eleven paper ones.",
            "cost": euros("300000.00"), "requested": euros(REQUESTED) })
    }
}

/// What `createCall` takes: a call with two criteria, the first with twice the weight of the second.
pub fn call_input(programme_id: &str, opens_at: OffsetDateTime, closes_at: Option<OffsetDateTime>) -> Value {
    let instant = |at: OffsetDateTime| at.format(&Rfc3339).expect("an instant");
    json!({
        "programmeId": programme_id,
        "code": "FTAP-2018-1",
        "title": "First call",
        "summary": "Projects that transform public action.",
        "description": "# First call",
        "contact": "ftap@example.org",
        "timeZone": "Europe/Paris",
        "opensAt": instant(opens_at),
        "closesAt": closes_at.map(instant),
        "criteria": [
            { "title": "Impact", "weight": 2, "maximum": "20", "step": "0.5" },
            { "title": "Feasibility", "weight": 1, "maximum": "10", "step": "1" },
        ],
    })
}

/// What `createApplication` takes: a draft that could be submitted at once.
pub fn draft_input(call_id: &str, organisation_id: &str) -> Value {
    json!({
        "callId": call_id,
        "organisationId": organisation_id,
        "title": "One form for every permit",
        "summary": "A single online form replaces eleven paper ones.",
        "cost": euros("300000.00"),
        "requested": euros(REQUESTED),
    })
}
