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
        Self::open_in(app, "UTC").await
    }

    /// A fund whose days begin in a time zone.
    pub(super) async fn open_in(app: &Client, time_zone: &str) -> Self {
        app.clock.set(START);
        let input = super::with(fund_input(), json!({ "timeZone": time_zone }));
        let created = app
            .mutate(&app.as_admin().await, "createFund", input, "fund { id }")
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

    /// Another programme of the fund, without any budget.
    pub async fn another_programme(&self, app: &Client) -> String {
        let input = json!({ "fundId": self.fund_id, "code": "AXIS-2", "name": "Second axis" });
        let created = app
            .mutate(&self.manager, "createProgramme", input, "programme { id }")
            .await;
        text(&created["programme"]["id"])
    }

    /// Another call of a programme, in preparation, without any endowment.
    pub async fn another_call(&self, app: &Client, programme_id: &str) -> String {
        let input = super::call_input(programme_id, START, None);
        let input = super::with(input, json!({ "code": "FTAP-2018-2" }));
        let created = app.mutate(&self.manager, "createCall", input, "call { id }").await;
        text(&created["call"]["id"])
    }

    /// Another fund, with an open envelope; answers with its identifier and that of a programme of it.
    pub async fn another(&self, app: &Client) -> (String, String) {
        let admin = app.as_admin().await;
        let input = super::with(fund_input(), json!({ "code": "OTHER" }));
        let created = app.mutate(&admin, "createFund", input, "fund { id }").await;
        let fund_id = text(&created["fund"]["id"]);
        let officer = app.as_finance_officer(&fund_id).await;
        app.mutate(&officer, "openEnvelope", envelope_input(&fund_id, ENVELOPE), "")
            .await;
        let input = json!({ "fundId": fund_id, "code": "AXIS", "name": "Axis" });
        let created = app.mutate(&admin, "createProgramme", input, "programme { id }").await;
        (fund_id, text(&created["programme"]["id"]))
    }

    /// What `setFundPolicy` takes: as in a new fund, but for the changes.
    pub fn policy_input(&self, changes: Value) -> Value {
        let input = json!({ "fundId": self.fund_id, "enforcesPaymentCredits": false,
            "decommitment": "RETURNS_TO_CALL", "reinstatesRecoveries": false, "idempotencyKey": fresh_key() });
        super::with(input, changes)
    }

    /// Has the fund's officer set its policy.
    pub async fn govern(&self, app: &Client, changes: Value) {
        let input = self.policy_input(changes);
        app.mutate(&self.finance, "setFundPolicy", input, "").await;
    }

    /// What `closeFund` takes.
    pub fn closing_input(&self) -> Value {
        json!({ "fundId": self.fund_id, "idempotencyKey": fresh_key() })
    }

    /// Has the fund's officer close it.
    pub async fn close(&self, app: &Client) {
        app.mutate(&self.finance, "closeFund", self.closing_input(), "").await;
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
