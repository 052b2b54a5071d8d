//! Asking for what one may not see, or trying something on it, answers byte for byte as for what does not exist.

use entity::account;
use entity::value::NodeKind;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::flows::stage::{
    self, Fund, Payment, act_input, adoption_input, agreement_input, call_input, claim_input, credits_input,
    draft_input, envelope_input, euros, field, fresh_key, fund_input, last_transfer, order_input, with,
};
use crate::harness::{Persona, TestApp, mutation, on_both_databases, text};

on_both_databases![
    asking_for_what_is_hidden_answers_as_for_what_does_not_exist,
    trying_something_on_what_is_hidden_answers_as_on_what_does_not_exist,
];

/// Whatever can be asked of an object by its identifier, whatever its kind.
const QUERIES: [&str; 8] = [
    "query($id: ID!) { node(id: $id) { __typename id
        ... on User { email } ... on Fund { code } ... on Programme { code } ... on Call { code } ... on Lot { name }
        ... on Application { reference decision { reason } award { title } } ... on Submission { snapshot }
        ... on Assessment { total } ... on Decision { reason } ... on Award { title } ... on Agreement { number }
        ... on Instalment { condition } ... on PaymentRequest { justification } ... on RoleGrant { role }
        ... on Membership { role } ... on Criterion { title } ... on Recovery { document } ... on FiscalYear { year }
        ... on Transfer { seq reason } ... on Account { balance { amount } } } }",
    "query($id: ID!) { nodes(ids: [$id]) { id } }",
    "query($id: ID!) { budget(node: $id) { opened { amount } } }",
    "query($id: ID!) { budgetSeries(node: $id, from: \"2018-06-01\", to: \"2018-06-30\", interval: DAY) { date } }",
    "query($id: ID!) { verifyLedger(fundId: $id) { sound } }",
    "query($id: ID!) { calls(fund: $id) { totalCount nodes { code } } }",
    "query($id: ID!) { applications(call: $id) { totalCount nodes { reference } pageInfo { hasNextPage endCursor } } }",
    "query($id: ID!) { awards(fund: $id) { totalCount nodes { title } } }",
];

async fn asking_for_what_is_hidden_answers_as_for_what_does_not_exist(app: TestApp) {
    let world = World::new(&app).await;
    let auditor = app.as_auditor().await;
    for (kind, hidden) in &world.hidden {
        let seen = app.data(&auditor, QUERIES[0], json!({ "id": hidden })).await;
        assert_eq!(seen["node"]["__typename"], *kind, "there is something to hide");
        let unknown = unknown_like(hidden);
        for query in QUERIES {
            for stranger in &world.strangers {
                let asked = async |id: &str| answer(&app, stranger.as_ref(), query, &json!({ "id": id }), id).await;
                assert_eq!(asked(hidden).await, asked(&unknown).await, "{kind}: {query}");
            }
        }
    }
}

async fn trying_something_on_what_is_hidden_answers_as_on_what_does_not_exist(app: TestApp) {
    let world = World::new(&app).await;
    for (kind, hidden) in &world.hidden {
        let unknown = unknown_like(hidden);
        for stranger in &world.strangers {
            let tried = async |id: &str| {
                let mut answers = Vec::new();
                for (name, input) in with_previews(world.attempts(kind, id)) {
                    let variables = json!({ "input": input });
                    let told = answer(&app, stranger.as_ref(), &mutation(name, ""), &variables, id).await;
                    // Understood, and refused: a request that is malformed would prove nothing.
                    let codes = ["NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED", "VALIDATION"];
                    assert!(
                        codes.iter().any(|code| told.contains(code)),
                        "{name} of {kind} answered {told}"
                    );
                    answers.push((name, told));
                }
                answers
            };
            assert_eq!(tried(hidden).await, tried(&unknown).await, "{kind}");
        }
    }
    app.verify().await;
}

/// The status and the body of an answer, without the identifier that was sent and the number of the request.
async fn answer(app: &TestApp, who: Option<&Persona>, query: &str, variables: &Value, id: &str) -> String {
    let token = match who {
        Some(persona) => Some(app.token(persona).await),
        None => None,
    };
    let response = app.request(token.as_deref(), query, variables).send().await;
    let response = response.expect("the server answers");
    let status = response.status();
    let number = response.headers()["x-request-id"]
        .to_str()
        .expect("a number")
        .to_owned();
    let body = response.text().await.expect("the whole answer");
    format!("{status} {}", body.replace(id, "ID").replace(&number, "NUMBER"))
}

/// An identifier of the same kind that nothing has.
fn unknown_like(id: &str) -> String {
    let (kind, _) = api::graphql::id::decode(&id.into()).expect("an identifier");
    api::graphql::id::encode(kind, Uuid::now_v7()).to_string()
}

/// A payment under way, and beside it a fund and a call in preparation: all of it hidden from some.
struct World {
    hidden: Vec<(&'static str, String)>,
    strangers: [Option<Persona>; 3],
    /// What the strangers may use in their attempts.
    organisation_id: String,
    open_call_id: String,
    open_programme_id: String,
    somebody_id: String,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let payment = stage::payment_paid(app, "1000.00", &["400.00", "600.00"]).await;
        let mut hidden = of_payment(app, &payment).await;
        hidden.extend(of_the_ledger(app, &payment).await);
        hidden.extend(in_preparation(app, &payment).await);
        let (applicant, organisation_id) = app.as_applicant(stage::OTHER_SIRET).await;
        let (member, open_call_id) = other_committee(app).await;
        let open_programme = field(app, None, &open_call_id, "Call", "programme { id }").await;
        assert_eq!(
            hidden.len(),
            NodeKind::ALL.len() - 1,
            "every kind but organisations, which are public; {hidden:?}"
        );
        Self {
            hidden,
            somebody_id: member.id.clone(),
            strangers: [None, Some(applicant), Some(member)],
            organisation_id,
            open_call_id,
            open_programme_id: text(&open_programme["id"]),
        }
    }

    /// What can be tried on an object of a kind.
    fn attempts(&self, kind: &str, id: &str) -> Vec<(&'static str, Value)> {
        let (call, application) = (json!({ "callId": id }), json!({ "applicationId": id }));
        let application = |input: Value| with(application.clone(), input);
        let assessment = || json!({ "assessmentId": id });
        match kind {
            "Call" => vec![
                ("publishCall", call.clone()),
                ("startEvaluation", call.clone()),
                ("concludeCall", call),
                ("createApplication", draft_input(id, &self.organisation_id)),
                ("allocateBudget", Fund::allocation_input(id, "1.00")),
                ("deallocateBudget", order_input("1.00", json!({ "from": id }))),
                ("redeployBudget", order_input("1.00", json!({ "from": id, "to": id }))),
                (
                    "redeployBudget",
                    order_input("1.00", json!({ "from": self.open_call_id, "to": id })),
                ),
                ("grantRole", self.grant_input("CALL", id)),
            ],
            "Lot" => {
                let draft = draft_input(&self.open_call_id, &self.organisation_id);
                vec![("createApplication", with(draft, json!({ "lotId": id })))]
            }
            "Application" => {
                let content = json!({ "title": "Mine", "cost": euros("2.00"), "requested": euros("1.00") });
                let proposal = json!({ "outcome": "AWARD", "amount": euros("1.00"), "reason": "Mine" });
                let revision = json!({ "revision": 1 });
                vec![
                    ("saveApplication", application(with(content, revision.clone()))),
                    ("submitApplication", application(revision)),
                    ("withdrawApplication", application(json!({}))),
                    (
                        "assignEvaluator",
                        application(json!({ "evaluatorId": self.somebody_id })),
                    ),
                    ("proposeDecision", application(proposal)),
                ]
            }
            "Assessment" => vec![
                ("saveAssessment", with(assessment(), json!({ "scores": [] }))),
                ("submitAssessment", assessment()),
                ("declineAssessment", assessment()),
            ],
            _ => self.attempts_of_staff(kind, id),
        }
    }

    /// What the staff of a fund do, and strangers can try.
    fn attempts_of_staff(&self, kind: &str, id: &str) -> Vec<(&'static str, Value)> {
        let claim = |input: Value| with(json!({ "paymentRequestId": id, "idempotencyKey": fresh_key() }), input);
        let step = || json!({ "paymentRequestId": id });
        match kind {
            "User" => vec![(
                "grantRole",
                json!({ "userId": id, "role": "AUDITOR", "scopeKind": "PLATFORM" }),
            )],
            "RoleGrant" => vec![("revokeRole", json!({ "roleGrantId": id }))],
            "Fund" => vec![
                (
                    "createProgramme",
                    json!({ "fundId": id, "code": "AXIS", "name": "Axis" }),
                ),
                ("grantRole", self.grant_input("FUND", id)),
            ]
            .into_iter()
            .chain(attempts_on_money(kind, id))
            .collect(),
            "Programme" => std::iter::once(("createCall", call_input(id, stage::START, None)))
                .chain(attempts_on_money(kind, id))
                .chain(self.attempts_from_what_is_public(id))
                .collect(),
            "Decision" => vec![
                ("adoptDecision", adoption_input(id)),
                ("notifyDecision", json!({ "decisionId": id })),
            ],
            "Instalment" => vec![("requestPayment", claim_input(id, "1.00"))],
            "PaymentRequest" => vec![
                ("certifyPayment", step()),
                ("approvePayment", step()),
                ("rejectPayment", with(step(), json!({ "reason": "Because" }))),
                ("orderPayment", claim(json!({}))),
                ("confirmPayment", claim(json!({ "reference": "SEPA 1" }))),
                ("returnPayment", claim(json!({ "reason": "Because" }))),
            ],
            _ => attempts_on_money(kind, id),
        }
    }

    /// What is hidden is no less so when it is to receive from what everybody sees.
    fn attempts_from_what_is_public(&self, id: &str) -> [(&'static str, Value); 2] {
        let sideways = json!({ "from": self.open_programme_id, "to": id });
        let credits = with(sideways.clone(), json!({ "fiscalYear": 2018 }));
        [
            ("redeployBudget", order_input("1.00", sideways)),
            ("movePaymentCredits", order_input("1.00", credits)),
        ]
    }

    fn grant_input(&self, scope_kind: &str, id: &str) -> Value {
        json!({ "userId": self.somebody_id, "role": "AUDITOR", "scopeKind": scope_kind, "scopeId": id })
    }
}

/// What officers do with money, and strangers can try. Nothing is done to a membership, a criterion, a submission, an
/// agreement, an account or a fiscal year by its own identifier.
fn attempts_on_money(kind: &str, id: &str) -> Vec<(&'static str, Value)> {
    let keyed = |input: Value| with(json!({ "idempotencyKey": fresh_key() }), input);
    match kind {
        "Fund" => {
            let policy = json!({ "fundId": id, "enforcesPaymentCredits": true, "decommitment": "LAPSES",
                "reinstatesRecoveries": true });
            vec![
                ("openEnvelope", envelope_input(id, "1.00")),
                ("reduceEnvelope", envelope_input(id, "1.00")),
                ("setFundPolicy", keyed(policy)),
                ("closeFund", keyed(json!({ "fundId": id }))),
                ("closeFiscalYear", keyed(json!({ "fundId": id, "fiscalYear": 2018 }))),
            ]
        }
        "Programme" => {
            let sideways = json!({ "from": id, "to": id });
            let credits = with(sideways.clone(), json!({ "fiscalYear": 2018 }));
            vec![
                ("allocateBudget", Fund::allocation_input(id, "1.00")),
                ("deallocateBudget", order_input("1.00", json!({ "from": id }))),
                ("redeployBudget", order_input("1.00", sideways)),
                ("openPaymentCredits", credits_input(id, 2018, "1.00")),
                ("reducePaymentCredits", credits_input(id, 2018, "1.00")),
                ("carryOverPaymentCredits", credits_input(id, 2018, "1.00")),
                ("movePaymentCredits", order_input("1.00", credits)),
            ]
        }
        "Award" => vec![
            ("signAgreement", agreement_input(id, &["1.00"])),
            ("releaseAward", act_input(json!({ "awardId": id }))),
            ("decommitAward", order_input("1.00", json!({ "awardId": id }))),
            ("issueRecovery", order_input("1.00", json!({ "awardId": id }))),
        ],
        "Recovery" => vec![
            (
                "receiveRecovery",
                keyed(json!({ "recoveryId": id, "reference": "SEPA 7" })),
            ),
            (
                "cancelRecovery",
                keyed(json!({ "recoveryId": id, "reason": "Because" })),
            ),
            ("reinstateRecovery", act_input(json!({ "recoveryId": id }))),
        ],
        "Transfer" => vec![("reverseTransfer", act_input(json!({ "transferId": id })))],
        _ => Vec::new(),
    }
}

/// The attempts, and beside each that would move money, its preview.
fn with_previews(attempts: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let each = attempts.into_iter().flat_map(|(name, input)| {
        let preview = input["idempotencyKey"]
            .is_string()
            .then(|| (name, with(input.clone(), json!({ "preview": true }))));
        [Some((name, input)), preview].into_iter().flatten()
    });
    each.collect()
}

/// What the ledger keeps of a payment: its last transfer and an account of it, a year of payment credits, and a claim
/// for the money.
async fn of_the_ledger(app: &TestApp, payment: &Payment) -> Vec<(&'static str, String)> {
    let recovery = payment.recover(app, "1.00").await;
    let credits = credits_input(&payment.programme_id, 2018, "1.00");
    app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    let years = field(app, &payment.finance, &payment.fund_id, "Fund", "fiscalYears { id }").await;
    let db = app.storage.connection().await;
    let account = account::Entity::find()
        .one(&db)
        .await
        .expect("an answer")
        .expect("an account");
    vec![
        ("Recovery", recovery),
        ("FiscalYear", text(&years[0]["id"])),
        ("Transfer", last_transfer(app, &payment.fund_id).await),
        ("Account", api::graphql::id::of(account.id).to_string()),
    ]
}

/// Everything that a payment under way comes from.
async fn of_payment(app: &TestApp, payment: &Payment) -> Vec<(&'static str, String)> {
    let submission = field(
        app,
        &payment.manager,
        &payment.application_id,
        "Application",
        "submissions { id }",
    )
    .await;
    let agreement = field(app, &payment.manager, &payment.award_id, "Award", "agreements { id }").await;
    let viewer = "{ viewer { roles { id } memberships { id } } }";
    let role = app.data(&payment.manager, viewer, Value::Null).await;
    let membership = app.data(&payment.applicant, viewer, Value::Null).await;
    vec![
        ("User", payment.applicant.id.clone()),
        ("Membership", text(&membership["viewer"]["memberships"][0]["id"])),
        ("RoleGrant", text(&role["viewer"]["roles"][0]["id"])),
        ("Application", payment.application_id.clone()),
        ("Submission", text(&submission[0]["id"])),
        ("Assessment", payment.assessment_id.clone()),
        ("Decision", payment.decision_id.clone()),
        ("Award", payment.award_id.clone()),
        ("Agreement", text(&agreement[0]["id"])),
        ("Instalment", payment.instalment_ids[1].clone()),
        ("PaymentRequest", payment.payment_request_id.clone()),
    ]
}

/// A fund in preparation with its programme, and a call in preparation in the fund that is open.
async fn in_preparation(app: &TestApp, payment: &Payment) -> Vec<(&'static str, String)> {
    let admin = app.as_admin().await;
    let input = with(fund_input(), json!({ "code": "HIDDEN" }));
    let fund = app.mutate(&admin, "createFund", input, "fund { id }").await;
    let fund_id = text(&fund["fund"]["id"]);
    let input = json!({ "fundId": fund_id, "code": "AXIS", "name": "Axis" });
    let programme = app.mutate(&admin, "createProgramme", input, "programme { id }").await;
    let input = with(
        call_input(&payment.programme_id, stage::START, None),
        json!({ "code": "HIDDEN" }),
    );
    let selection = "call { id lots { id } criteria { id } }";
    let call = app.mutate(&payment.manager, "createCall", input, selection).await;
    vec![
        ("Fund", fund_id),
        ("Programme", text(&programme["programme"]["id"])),
        ("Call", text(&call["call"]["id"])),
        ("Lot", text(&call["call"]["lots"][0]["id"])),
        ("Criterion", text(&call["call"]["criteria"][0]["id"])),
    ]
}

/// Somebody who sits on the committee of another fund's call, and the call, which is open.
async fn other_committee(app: &TestApp) -> (Persona, String) {
    let admin = app.as_admin().await;
    let input = with(fund_input(), json!({ "code": "OTHER" }));
    let fund = app.mutate(&admin, "createFund", input, "fund { id }").await;
    let fund_id = text(&fund["fund"]["id"]);
    let input = json!({ "fundId": fund_id, "code": "AXIS", "name": "Axis" });
    let programme = app.mutate(&admin, "createProgramme", input, "programme { id }").await;
    let finance = app.as_finance_officer(&fund_id).await;
    app.mutate(&finance, "openEnvelope", envelope_input(&fund_id, "1.00"), "")
        .await;
    let manager = app.as_programme_manager(&fund_id).await;
    let programme_id = text(&programme["programme"]["id"]);
    let input = with(
        call_input(&programme_id, stage::START, None),
        json!({ "code": "OTHER" }),
    );
    let call = app.mutate(&manager, "createCall", input, "call { id }").await;
    let call_id = text(&call["call"]["id"]);
    app.mutate(&manager, "publishCall", json!({ "callId": call_id }), "")
        .await;
    (app.as_committee_member(&call_id).await, call_id)
}
