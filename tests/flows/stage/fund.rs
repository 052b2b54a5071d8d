//! From the law that creates a fund to the money of a programme.

use serde_json::{Value, json};

use super::{ALLOCATION, ENVELOPE, START, euros, fresh_key};
use crate::harness::{Client, Persona, text};

/// A fund with an open envelope, and a programme with its allocation.
#[expect(
    clippy::struct_field_names,
    reason = "the steps after this one deref to it, and say `call.fund_id`"
)]
pub struct Fund {
    pub fund_id: String,
    pub programme_id: String,
    /// Moves the fund's money.
    pub finance: Persona,
    /// Runs its calls.
    pub manager: Persona,
}

impl Fund {
    pub(super) async fn open(app: &Client) -> Self {
        app.clock.set(START);
        let created = app
            .mutate(&app.as_admin().await, "createFund", fund_input(), "fund { id }")
            .await;
        let fund_id = text(&created["fund"]["id"]);
        let finance = app.as_finance_officer(&fund_id).await;
        let manager = app.as_programme_manager(&fund_id).await;
        app.mutate(&finance, "openEnvelope", envelope_input(&fund_id, ENVELOPE), "")
            .await;
        let input = json!({ "fundId": fund_id, "code": "AXIS-1", "name": "First axis" });
        let created = app.mutate(&manager, "createProgramme", input, "programme { id }").await;
        let fund = Self {
            fund_id,
            programme_id: text(&created["programme"]["id"]),
            finance,
            manager,
        };
        fund.allocate(app, &fund.programme_id, ALLOCATION).await;
        fund
    }

    /// Hands budget down to the programme, or to a call of it.
    pub async fn allocate(&self, app: &Client, to: &str, amount: &str) {
        let input = Self::allocation_input(to, amount);
        app.mutate(&self.finance, "allocateBudget", input, "").await;
    }

    /// What `allocateBudget` takes.
    pub fn allocation_input(to: &str, amount: &str) -> Value {
        json!({ "to": to, "amount": euros(amount), "reason": "Budget of the year", "document": "Decision 2018-7",
            "idempotencyKey": fresh_key() })
    }

    /// What `openEnvelope` takes.
    pub fn envelope_input(&self, amount: &str) -> Value {
        envelope_input(&self.fund_id, amount)
    }
}

/// What `openEnvelope` and `reduceEnvelope` take.
pub fn envelope_input(fund_id: &str, amount: &str) -> Value {
    json!({ "fundId": fund_id, "amount": euros(amount), "reason": "Finance act", "document": "Act 2017-1837",
        "idempotencyKey": fresh_key() })
}

/// What `createFund` takes.
pub fn fund_input() -> Value {
    json!({ "code": "FTAP", "name": "Fonds pour la transformation de l'action publique", "currency": "EUR",
        "legalBasis": "Loi de finances pour 2018", "startsOn": "2018-01-01", "endsOn": "2022-12-31" })
}
