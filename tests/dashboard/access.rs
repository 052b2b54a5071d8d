//! Who reads a journal: the staff of its fund, unless they await a decision there. To all others its lines and accounts
//! are as what does not exist.

use serde_json::json;

use crate::flows::stage::{self, Award};
use crate::harness::{TestApp, Viewer, on_both_databases, text};

on_both_databases![
    a_journal_is_read_by_the_staff_of_its_fund_and_by_nobody_else,
    whoever_awaits_a_decision_reads_no_journal_that_would_tell_it,
    a_journal_of_a_fund_in_preparation_is_not_found,
];

/// Everything that a fund says of its journal, each on its own.
const FIELDS: [(&str, &str); 4] = [
    (
        "transfers",
        "node(id: $fund) { ... on Fund { transfers { totalCount nodes { id } } } }",
    ),
    (
        "accounts",
        "node(id: $fund) { ... on Fund { accounts { totalCount nodes { id } } } }",
    ),
    (
        "paymentCredits",
        "node(id: $fund) { ... on Fund { paymentCredits { fiscalYear } } }",
    ),
    ("verifyLedger", "verifyLedger(fundId: $fund) { sound }"),
];

/// Everything that a journal answers for the identifier of something in it.
const PARTS: [&str; 2] = [
    "query($id: ID!) { node(id: $id) { __typename id
        ... on Transfer { seq amount { amount } debit { id } reversedBy { id } }
        ... on Account { balance { amount } statement { closing { amount } } } } }",
    "query($id: ID!) { nodes(ids: [$id]) { __typename id } }",
];

/// The codes of what somebody is refused of a journal, one a field, `-` for what they are told.
async fn refused<'a>(app: &TestApp, who: impl Viewer<'a> + Copy, fund: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for (name, field) in FIELDS {
        let query = format!("query($fund: ID!) {{ {field} }}");
        let mut answer = app.ask(who, &query, json!({ "fund": fund })).await;
        while answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE" {
            // Another test of this process is verifying.
            answer = app.ask(who, &query, json!({ "fund": fund })).await;
        }
        match answer["errors"].as_array() {
            None => codes.push("-".to_owned()),
            Some(errors) => {
                assert_eq!(errors.len(), 1, "{name}: {answer:#}");
                codes.push(text(&errors[0]["extensions"]["code"]));
            }
        }
    }
    codes
}

/// What somebody is told of a transfer and an account, `NOT_FOUND` or the type.
async fn parts<'a>(app: &TestApp, who: impl Viewer<'a> + Copy, ids: &[String; 2]) -> Vec<String> {
    let mut told = Vec::new();
    for id in ids {
        for query in PARTS {
            let answer = app.ask(who, query, json!({ "id": id })).await;
            let node = &answer["data"]["node"];
            let node = if node.is_null() {
                &answer["data"]["nodes"][0]
            } else {
                node
            };
            told.push(match node["__typename"].as_str() {
                Some(kind) => kind.to_owned(),
                None => text(&answer["errors"][0]["extensions"]["code"]),
            });
        }
    }
    told.dedup();
    told
}

/// A transfer and an account of a fund.
async fn something(app: &TestApp, award: &Award) -> [String; 2] {
    let transfer = stage::last_transfer(app, &award.fund_id).await;
    let account = stage::field(app, &award.finance, &transfer, "Transfer", "credit { id }").await;
    [transfer, text(&account["id"])]
}

async fn a_journal_is_read_by_the_staff_of_its_fund_and_by_nobody_else(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let ids = something(&app, &award).await;
    let told = ["-", "-", "-", "FORBIDDEN"];
    let auditor = app.as_auditor().await;
    let admin = app.as_admin().await;
    for (who, expected) in [
        (&award.finance, told),
        (&award.manager, told),
        (&admin, told),
        (&auditor, ["-"; 4]),
    ] {
        assert_eq!(refused(&app, who, &award.fund_id).await, expected, "{}", who.email);
        assert_eq!(parts(&app, who, &ids).await, ["Transfer", "Account"], "{}", who.email);
    }
    let (other_fund, _) = award.another(&app).await;
    let (stranger, _) = app.as_applicant(stage::OTHER_SIRET).await;
    let elsewhere = app.as_finance_officer(&other_fund).await;
    for who in [&award.applicant, &award.evaluator, &award.chair, &stranger, &elsewhere] {
        assert_eq!(
            refused(&app, who, &award.fund_id).await,
            ["FORBIDDEN"; 4],
            "{}",
            who.email
        );
        assert_eq!(parts(&app, who, &ids).await, ["NOT_FOUND"], "{}", who.email);
    }
    assert_eq!(refused(&app, None, &award.fund_id).await, ["UNAUTHENTICATED"; 4]);
    assert_eq!(parts(&app, None, &ids).await, ["NOT_FOUND"]);
}

async fn whoever_awaits_a_decision_reads_no_journal_that_would_tell_it(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let ids = something(&app, &award).await;
    let (other_fund, _) = award.another(&app).await;
    for role in ["ADMIN", "PROGRAMME_MANAGER", "FINANCE_OFFICER", "AUDITOR"] {
        app.grant(&award.applicant, role, "PLATFORM", None).await;
    }
    assert_eq!(refused(&app, &award.applicant, &award.fund_id).await, ["FORBIDDEN"; 4]);
    assert_eq!(parts(&app, &award.applicant, &ids).await, ["NOT_FOUND"]);
    assert_eq!(
        refused(&app, &award.applicant, &other_fund).await,
        ["-"; 4],
        "nothing of theirs is there"
    );
    let at = json!({ "fund": award.fund_id, "at": "2018-06-20T08:05:00Z" });
    for field in [
        "node(id: $fund) { ... on Fund { budget(asOf: $at) { reserved { amount } } } }",
        "budget(node: $fund, asOf: $at) { reserved { amount } }",
    ] {
        let query = format!("query($fund: ID!, $at: DateTime) {{ {field} }}");
        assert_eq!(app.error_code(&award.applicant, &query, at.clone()).await, "FORBIDDEN");
    }
    let series = "query($fund: ID!) {
        budgetSeries(node: $fund, from: \"2018-06-20\", to: \"2018-06-20\", interval: DAY) { date } }";
    let variables = json!({ "fund": award.fund_id });
    assert_eq!(app.error_code(&award.applicant, series, variables).await, "FORBIDDEN");
    award.notify(&app).await;
    assert_eq!(refused(&app, &award.applicant, &award.fund_id).await, ["-"; 4]);
    assert_eq!(parts(&app, &award.applicant, &ids).await, ["Transfer", "Account"]);
}

async fn a_journal_of_a_fund_in_preparation_is_not_found(app: TestApp) {
    let admin = app.as_admin().await;
    let created = app
        .mutate(&admin, "createFund", stage::fund_input(), "fund { id }")
        .await;
    let draft = text(&created["fund"]["id"]);
    let stranger = app.persona("Stranger").await;
    assert_eq!(refused(&app, &stranger, &draft).await, ["NOT_FOUND"; 4]);
    assert_eq!(refused(&app, &admin, &draft).await, ["-", "-", "-", "FORBIDDEN"]);
    let empty = "query($fund: ID!) { node(id: $fund) { ... on Fund { transfers { totalCount nodes { id } } } } }";
    let empty = app.data(&admin, empty, json!({ "fund": draft })).await;
    assert_eq!(empty["node"]["transfers"], json!({ "totalCount": 0, "nodes": [] }));
    let unknown = json!({ "fund": api::graphql::id::of(entity::value::FundId::new()).to_string() });
    let query = "query($fund: ID!) { verifyLedger(fundId: $fund) { sound } }";
    assert_eq!(app.error_code(&admin, query, unknown).await, "NOT_FOUND");
}
