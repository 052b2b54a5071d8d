//! A fund in which everything happens that moves money, and what its budgets were after each of it.

use domain::Clock;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::flows::stage::{self, Decision, Fund, agreement_input, credits_input, fresh_key, order_input, with};
use crate::harness::{Persona, TestApp, text};

/// Every figure of a budget.
pub const FIGURES: &str = "
    opened { amount } allocated { amount } available { amount } reserved { amount } committed { amount }
    ordered { amount } paid { amount } recoverable { amount } recovered { amount } lapsed { amount }
    remainingToPay { amount } commitmentRateBasisPoints paymentRateBasisPoints";

/// A fund, two programmes, a call with one award, and an instant after each of the operations on them.
pub struct World {
    pub award_id: String,
    pub other_programme_id: String,
    pub treasurer: Persona,
    /// After each operation: when that was, and the budgets of the nodes, in their order.
    pub history: Vec<(String, Vec<Value>)>,
    decision: Decision,
}

impl std::ops::Deref for World {
    type Target = Decision;

    fn deref(&self) -> &Decision {
        &self.decision
    }
}

impl World {
    /// The fund, its programmes, the call and the award.
    pub fn nodes(&self) -> [&str; 5] {
        let nodes = [
            &self.fund_id,
            &self.programme_id,
            &self.other_programme_id,
            &self.call_id,
            &self.award_id,
        ];
        nodes.map(String::as_str)
    }

    /// Lives through everything that moves money.
    pub async fn new(app: &TestApp) -> Self {
        let decision = stage::decision_proposed(app, "1000.00").await;
        let adoption = decision.adoption_input();
        let adopted = app
            .mutate(&decision.chair, "adoptDecision", adoption, "decision { award { id } }")
            .await;
        let mut world = Self {
            award_id: text(&adopted["decision"]["award"]["id"]),
            other_programme_id: decision.another_programme(app).await,
            treasurer: app.as_finance_officer(&decision.fund_id).await,
            history: Vec::new(),
            decision,
        };
        world.remember(app).await;
        world.commit_and_pay(app).await;
        world.move_budget(app).await;
        world.recover(app).await;
        app.verify().await;
        world
    }

    /// Does something, and remembers the budgets that it leaves.
    async fn act(&mut self, app: &TestApp, who: &Persona, name: &str, input: Value, selection: &str) -> Value {
        let done = app.mutate(who, name, input, selection).await;
        self.remember(app).await;
        done
    }

    async fn remember(&mut self, app: &TestApp) {
        let mut budgets = Vec::new();
        for node in self.nodes() {
            budgets.push(budget(app, &self.finance, node, None).await);
        }
        self.history.push((now(&app.clock), budgets));
    }

    async fn commit_and_pay(&mut self, app: &TestApp) {
        let (finance, manager) = (self.finance.clone(), self.manager.clone());
        let policy = json!({ "enforcesPaymentCredits": true });
        self.govern(app, policy).await;
        for year in [2018, 2019] {
            let credits = credits_input(&self.programme_id, year, "900.00");
            self.act(app, &finance, "openPaymentCredits", credits, "").await;
        }
        app.mutate(
            &manager,
            "notifyDecision",
            json!({ "decisionId": self.decision_id }),
            "",
        )
        .await;
        let agreement = agreement_input(&self.award_id, &["400.00", "300.00", "300.00"]);
        let signed = self
            .act(
                app,
                &manager,
                "signAgreement",
                agreement,
                "award { instalments { id } }",
            )
            .await;
        let instalments = signed["award"]["instalments"].as_array().expect("instalments").clone();
        for (instalment, amount, answer) in [(0, "400.00", "confirmPayment"), (1, "300.00", "returnPayment")] {
            let instalment = text(&instalments[instalment]["id"]);
            let request = stage::claim(app, &self.applicant, &instalment, amount).await;
            let step = json!({ "paymentRequestId": request });
            app.mutate(&manager, "certifyPayment", step.clone(), "").await;
            app.mutate(&finance, "approvePayment", step.clone(), "").await;
            let keyed = |input: Value| with(with(step.clone(), json!({ "idempotencyKey": fresh_key() })), input);
            let treasurer = self.treasurer.clone();
            self.act(app, &treasurer, "orderPayment", keyed(json!({})), "").await;
            let word = match answer {
                "confirmPayment" => json!({ "reference": "SEPA 1" }),
                _ => json!({ "reason": "Account closed" }),
            };
            self.act(app, &finance, answer, keyed(word), "").await;
        }
    }

    async fn move_budget(&mut self, app: &TestApp) {
        let finance = self.finance.clone();
        let (one, other) = (self.programme_id.clone(), self.other_programme_id.clone());
        let sideways = json!({ "from": one, "to": other });
        let credits = with(sideways.clone(), json!({ "fiscalYear": 2018 }));
        for (name, input) in [
            ("redeployBudget", order_input("70.00", sideways)),
            ("movePaymentCredits", order_input("50.00", credits)),
            ("carryOverPaymentCredits", credits_input(&one, 2018, "25.00")),
            ("reduceEnvelope", self.envelope_input("10.00")),
            ("allocateBudget", Fund::allocation_input(&other, "5.00")),
            ("deallocateBudget", order_input("1.00", json!({ "from": self.call_id }))),
        ] {
            self.act(app, &finance, name, input, "").await;
        }
        let reversal = json!({ "transferId": stage::last_transfer(app, &self.fund_id).await });
        let input = stage::act_input(reversal);
        self.act(app, &finance, "reverseTransfer", input, "").await;
    }

    async fn recover(&mut self, app: &TestApp) {
        let finance = self.finance.clone();
        let award = json!({ "awardId": self.award_id });
        let mut recoveries = Vec::new();
        for amount in ["30.00", "20.00"] {
            let input = order_input(amount, award.clone());
            let issued = self.act(app, &finance, "issueRecovery", input, "recovery { id }").await;
            recoveries.push(text(&issued["recovery"]["id"]));
        }
        let keyed = |input: Value| with(json!({ "idempotencyKey": fresh_key() }), input);
        let received = keyed(json!({ "recoveryId": recoveries[0], "reference": "SEPA 2" }));
        self.act(app, &finance, "receiveRecovery", received, "").await;
        let cancelled = keyed(json!({ "recoveryId": recoveries[1], "reason": "Paid rightly" }));
        self.act(app, &finance, "cancelRecovery", cancelled, "").await;
        let decommitted = order_input("300.00", award);
        self.act(app, &finance, "decommitAward", decommitted, "").await;
    }
}

/// The budget of a node, now or as it was at an instant.
pub async fn budget(app: &TestApp, who: &Persona, node: &str, at: Option<&str>) -> Value {
    let query = format!("query($node: ID!, $at: DateTime) {{ budget(node: $node, asOf: $at) {{ {FIGURES} }} }}");
    let variables = json!({ "node": node, "at": at });
    app.data(who, &query, variables).await["budget"].take()
}

/// The instant on a clock, as the contract writes it.
pub fn now(clock: &Clock) -> String {
    clock.now().utc().format(&Rfc3339).expect("an instant")
}

/// An amount of cents.
pub fn cents(money: &Value) -> i64 {
    text(&money["minorUnits"]).parse().expect("minor units")
}
