//! From a decision that is adopted to a payment that awaits the bank's answer.

use serde_json::{Value, json};

use super::{Decision, after, euros, fresh_key};
use crate::harness::{Client, Persona, text};

/// An award, reserved.
pub struct Award {
    pub award_id: String,
    decision: Decision,
}

after!(Award => decision: Decision);

impl Award {
    pub(super) async fn reserve(app: &Client, decision: Decision) -> Self {
        let adopted = app
            .mutate(
                &decision.chair,
                "adoptDecision",
                decision.adoption_input(),
                "decision { award { id } }",
            )
            .await;
        Self {
            award_id: text(&adopted["decision"]["award"]["id"]),
            decision,
        }
    }

    /// Tells the applicant.
    pub async fn notify(&self, app: &Client) {
        let input = json!({ "decisionId": self.decision_id });
        app.mutate(&self.manager, "notifyDecision", input, "").await;
    }
}

/// An award with its signed agreement.
pub struct Agreement {
    /// In the order of the schedule.
    pub instalment_ids: Vec<String>,
    award: Award,
}

after!(Agreement => award: Award);

impl Agreement {
    pub(super) async fn sign(app: &Client, award: Award, instalments: &[&str]) -> Self {
        let signed = app
            .mutate(
                &award.manager,
                "signAgreement",
                agreement_input(&award.award_id, instalments),
                "award { instalments { id } }",
            )
            .await;
        let scheduled = signed["award"]["instalments"].as_array().expect("instalments");
        Self {
            instalment_ids: scheduled.iter().map(|instalment| text(&instalment["id"])).collect(),
            award,
        }
    }
}

/// What `signAgreement` takes, with a key of its own: instalments a month apart, the first an advance.
pub fn agreement_input(award_id: &str, instalments: &[&str]) -> Value {
    let schedule: Vec<Value> = (0..)
        .zip(instalments)
        .map(|(month, amount)| instalment(month, amount))
        .collect();
    json!({
        "awardId": award_id,
        "number": "FTAP-2018-001",
        "signedByBeneficiaryOn": "2018-06-19",
        "signedByFunderOn": "2018-06-20",
        "instalments": schedule,
        "idempotencyKey": fresh_key(),
    })
}

/// One instalment of a schedule.
pub fn instalment(month: u32, amount: &str) -> Value {
    let kind = if month == 0 { "ADVANCE" } else { "INTERIM" };
    let due_on = format!("{}-{:02}-15", 2019 + month / 12, month % 12 + 1);
    json!({ "kind": kind, "amount": euros(amount), "condition": "Report received", "dueOn": due_on })
}

/// A claim on the first instalment of an award.
#[expect(
    clippy::struct_field_names,
    reason = "a payment and the request for it are two things"
)]
pub struct Payment {
    pub payment_request_id: String,
    /// The second finance officer, who orders what the first has approved.
    pub treasurer: Persona,
    agreement: Agreement,
}

after!(Payment => agreement: Agreement);

impl Payment {
    /// Claims an amount of the first instalment.
    pub async fn claim(app: &Client, agreement: Agreement, amount: &str) -> Self {
        Self {
            payment_request_id: claim(app, &agreement.applicant, &agreement.instalment_ids[0], amount).await,
            treasurer: app.as_finance_officer(&agreement.fund_id).await,
            agreement,
        }
    }

    /// What the steps without money take.
    pub fn step_input(&self) -> Value {
        json!({ "paymentRequestId": self.payment_request_id })
    }

    /// What `orderPayment` takes, with a key of its own.
    pub fn order_input(&self) -> Value {
        super::with(self.step_input(), json!({ "idempotencyKey": fresh_key() }))
    }

    /// What `confirmPayment` takes, with a key of its own.
    pub fn confirmation_input(&self) -> Value {
        super::with(self.order_input(), json!({ "reference": "SEPA 2018-42" }))
    }

    /// What `returnPayment` takes, with a key of its own.
    pub fn return_input(&self) -> Value {
        super::with(self.order_input(), json!({ "reason": "Account closed" }))
    }

    /// The manager certifies that the service was done.
    pub async fn certify(&self, app: &Client) {
        app.mutate(&self.manager, "certifyPayment", self.step_input(), "").await;
    }

    /// The finance officer approves.
    pub async fn approve(&self, app: &Client) {
        app.mutate(&self.finance, "approvePayment", self.step_input(), "").await;
    }

    /// The treasurer orders.
    pub async fn order(&self, app: &Client) {
        app.mutate(&self.treasurer, "orderPayment", self.order_input(), "")
            .await;
    }
}

impl Payment {
    /// The finance officer records that the bank has paid.
    pub async fn confirm(&self, app: &Client) {
        app.mutate(&self.finance, "confirmPayment", self.confirmation_input(), "")
            .await;
    }

    /// What `issueRecovery` takes, with a key of its own.
    pub fn recovery_input(&self, amount: &str) -> Value {
        json!({ "awardId": self.award_id, "amount": euros(amount), "reason": "Paid twice", "document": "Title 2018-3",
            "idempotencyKey": fresh_key() })
    }

    /// Claims money back; answers with the recovery.
    pub async fn recover(&self, app: &Client, amount: &str) -> String {
        let input = self.recovery_input(amount);
        let issued = app
            .mutate(&self.finance, "issueRecovery", input, "recovery { id }")
            .await;
        text(&issued["recovery"]["id"])
    }
}

/// Claims an instalment; answers with the payment request.
pub async fn claim(app: &Client, applicant: &Persona, instalment_id: &str, amount: &str) -> String {
    let input = claim_input(instalment_id, amount);
    let claimed = app
        .mutate(applicant, "requestPayment", input, "paymentRequest { id }")
        .await;
    text(&claimed["paymentRequest"]["id"])
}

/// What `requestPayment` takes.
pub fn claim_input(instalment_id: &str, amount: &str) -> Value {
    json!({ "instalmentId": instalment_id, "amount": euros(amount), "justification": "Invoices of the year" })
}
