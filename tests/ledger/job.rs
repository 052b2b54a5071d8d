//! Mutations that move money, each with its key, and what it must bring about.

use serde_json::{Value, json};

use super::Proposals;
use crate::flows::stage::{Fund, adoption_input, agreement_input, claim, field, fresh_key};
use crate::harness::{Client, Persona, TestApp, mutation, text};

/// How many decisions there are to adopt, of 1 000 euros each.
const DECISIONS: usize = 40;
/// How many payments there are to order, of 100 euros each.
const PAYMENTS: usize = 24;
/// What the call is given before any job is done.
const OPENED: i64 = 500_000;
/// What its first award is committed for.
const COMMITTED: i64 = 2_400;

/// What of the call's budget is opened, reserved, committed and ordered, in euros.
pub type Figures = [i64; 4];

/// The budget before any job is done.
pub const AT_FIRST: Figures = [OPENED, 0, COMMITTED, 0];

/// A mutation that moves money, with its key, and what it must bring about.
#[derive(Clone, Debug)]
pub struct Job {
    pub name: &'static str,
    pub input: Value,
    pub who: Persona,
    id: String,
    /// What becomes of the object; nothing of one that has no status.
    status: Option<&'static str>,
}

impl Job {
    fn adopt(chair: &Persona, decision_id: &str) -> Self {
        Self {
            name: "adoptDecision",
            input: adoption_input(decision_id),
            who: chair.clone(),
            id: decision_id.to_owned(),
            status: Some("ADOPTED"),
        }
    }

    fn order(treasurer: &Persona, payment_request_id: &str) -> Self {
        Self {
            name: "orderPayment",
            input: json!({ "paymentRequestId": payment_request_id, "idempotencyKey": fresh_key() }),
            who: treasurer.clone(),
            id: payment_request_id.to_owned(),
            status: Some("ORDERED"),
        }
    }

    /// One more euro for a call.
    pub fn allocate(finance: &Persona, call_id: &str) -> Self {
        Self {
            name: "allocateBudget",
            input: Fund::allocation_input(call_id, "1.00"),
            who: finance.clone(),
            id: call_id.to_owned(),
            status: None,
        }
    }

    /// What it adds to the budget of the call.
    pub fn adds(&self) -> Figures {
        match self.name {
            "adoptDecision" => [0, 1_000, 0, 0],
            "orderPayment" => [0, 0, 0, 100],
            _ => [1, 0, 0, 0],
        }
    }

    /// The request for it, ready to be sent.
    pub async fn request(&self, server: &Client) -> reqwest::RequestBuilder {
        let selection = match self.name {
            "adoptDecision" => "replayed decision { status adoptedAt award { id } }",
            "orderPayment" => "replayed paymentRequest { status orderedAt }",
            _ => "replayed",
        };
        let variables = json!({ "input": self.input });
        let token = server.token(&self.who).await;
        server.request(Some(&token), &mutation(self.name, selection), &variables)
    }

    /// The payload of an answer that acknowledges it.
    pub fn acknowledged(&self, answer: &Value) -> Value {
        let payload = &answer["data"][self.name];
        assert_eq!(payload["userErrors"], json!([]), "{self:?}: {answer:#}");
        payload.clone()
    }

    /// The payload that acknowledges it; `None` when the server was gone before it had answered.
    pub async fn send(&self, server: &Client) -> Option<Value> {
        let body = self.request(server).await.send().await.ok()?.text().await.ok()?;
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"));
        Some(self.acknowledged(&answer))
    }

    /// What it was to bring about is there.
    pub async fn check(&self, server: &Client) {
        let Some(expected) = self.status else { return };
        let of = if self.name == "adoptDecision" {
            "Decision"
        } else {
            "PaymentRequest"
        };
        let status = field(server, &self.who, &self.id, of, "status").await;
        assert_eq!(status, expected, "{self:?}");
    }
}

/// What the call's budget is once these jobs are done, each once.
pub fn budget(done: &[Job]) -> String {
    let [opened, reserved, committed, ordered] = done.iter().map(Job::adds).fold(AT_FIRST, sum);
    let available = opened - reserved - committed;
    format!(
        "available {available}.00, reserved {reserved}.00, committed {committed}.00, ordered {ordered}.00, paid 0.00"
    )
}

/// Figures with what a job adds.
pub fn sum(figures: Figures, added: Figures) -> Figures {
    std::array::from_fn(|place| figures[place] + added[place])
}

/// Decisions to adopt, and payments to order on the first award.
pub async fn prepare(app: &TestApp) -> (Proposals, Vec<Job>) {
    let proposals = Proposals::new(app, DECISIONS, "1000.00").await;
    let first = proposals.propose(app, "2400.00").await;
    let (call, chair) = (&proposals.call, &proposals.chair);
    let adopted = app
        .mutate(
            chair,
            "adoptDecision",
            adoption_input(&first),
            "decision { award { id } }",
        )
        .await;
    let notice = json!({ "decisionId": first });
    app.mutate(&call.manager, "notifyDecision", notice, "").await;
    let agreement = agreement_input(&text(&adopted["decision"]["award"]["id"]), &["100.00"; PAYMENTS]);
    let signed = app
        .mutate(
            &call.manager,
            "signAgreement",
            agreement,
            "award { instalments { id } }",
        )
        .await;
    let mut jobs: Vec<Job> = proposals.decision_ids.iter().map(|id| Job::adopt(chair, id)).collect();
    for instalment in signed["award"]["instalments"].as_array().expect("instalments") {
        let request = claim(app, &proposals.applicant, &text(&instalment["id"]), "100.00").await;
        let step = json!({ "paymentRequestId": request });
        app.mutate(&call.manager, "certifyPayment", step.clone(), "").await;
        app.mutate(&call.finance, "approvePayment", step, "").await;
        jobs.push(Job::order(&proposals.treasurer, &request));
    }
    (proposals, jobs)
}
