//! Accounts: what they hold, what they held, and their statements.

use serde_json::{Value, json};

use super::world::{World, cents, now};
use crate::flows::stage::{self, with};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    the_accounts_of_a_fund_are_listed_and_found_by_what_they_are,
    the_accounts_of_an_award_held_what_its_budget_was,
    a_statement_leads_from_what_an_account_held_to_what_it_holds,
    a_statement_of_what_is_to_come_or_ends_before_it_begins_is_refused,
];

const ACCOUNTS: &str = "query($fund: ID!, $filter: AccountFilter, $at: DateTime, $first: Int, $after: String) {
    node(id: $fund) { ... on Fund { accounts(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id book kind fiscalYear owner { __typename id } fund { id }
            balance { minorUnits } then: balance(asOf: $at) { minorUnits } }
    } } } }";

const STATEMENT: &str = "query($account: ID!, $from: DateTime, $to: DateTime, $first: Int, $after: String, $last: Int,
    $before: String) {
    node(id: $account) { ... on Account {
        statement(from: $from, to: $to) {
            opening { minorUnits } closing { minorUnits }
            lines(first: $first, after: $after, last: $last, before: $before) {
                totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
                nodes { side amount { minorUnits } balance { minorUnits } transfer { id seq } } }
        } } } }";

async fn accounts(app: &TestApp, who: &Persona, fund: &str, arguments: Value) -> Value {
    let variables = with(json!({ "fund": fund }), arguments);
    app.data(who, ACCOUNTS, variables).await["node"]["accounts"].take()
}

async fn statement(app: &TestApp, who: &Persona, account: &Value, arguments: Value) -> Value {
    let variables = with(json!({ "account": account["id"] }), arguments);
    app.data(who, STATEMENT, variables).await["node"]["statement"].take()
}

async fn whole(app: &TestApp, world: &World) -> Vec<Value> {
    let found = accounts(app, &world.finance, &world.fund_id, json!({ "first": 100 })).await;
    let nodes = found["nodes"].as_array().expect("accounts").clone();
    assert_eq!(found["totalCount"], nodes.len());
    nodes
}

async fn the_accounts_of_a_fund_are_listed_and_found_by_what_they_are(app: TestApp) {
    let world = World::new(&app).await;
    let all = whole(&app, &world).await;
    let (mut paged, mut after) = (Vec::new(), Value::Null);
    loop {
        let arguments = json!({ "first": 4, "after": after });
        let page = accounts(&app, &world.finance, &world.fund_id, arguments).await;
        paged.extend(page["nodes"].as_array().expect("accounts").clone());
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(paged, all);
    let cases = [
        (json!({ "book": "CP" }), "book", json!("CP")),
        (json!({ "kind": "PROGRAMME" }), "kind", json!("PROGRAMME")),
        (json!({ "fiscalYear": 2019 }), "fiscalYear", json!(2019)),
    ];
    for (filter, field, value) in cases {
        let arguments = json!({ "filter": filter, "first": 100 });
        let found = accounts(&app, &world.finance, &world.fund_id, arguments).await;
        let expected: Vec<_> = all.iter().filter(|account| account[field] == value).cloned().collect();
        assert!(expected.len() > 1, "{filter}");
        assert_eq!(found["nodes"], json!(expected), "{filter}");
        assert_eq!(found["totalCount"], expected.len(), "{filter}");
    }
}

async fn the_accounts_of_an_award_held_what_its_budget_was(app: TestApp) {
    let world = World::new(&app).await;
    let of_award = of_award(&app, &world, &Value::Null).await;
    let kinds: Vec<_> = of_award.iter().map(|account| text(&account["kind"])).collect();
    assert_eq!(
        kinds,
        ["RESERVED", "AWARD", "ORDERED", "PAID", "RECOVERABLE", "RECOVERED"]
    );
    for account in &of_award {
        assert_eq!(account["owner"]["__typename"], "Award");
        assert_eq!(account["fund"]["id"], world.fund_id);
        assert_eq!(account["fiscalYear"], Value::Null);
    }
    for (at, budgets) in &world.history {
        let accounts = self::of_award(&app, &world, &json!(at)).await;
        let held = |kind: &str| {
            let mut own = accounts.iter().filter(|account| account["kind"] == kind);
            own.next().map_or(0, |account| cents(&account["then"]))
        };
        let award = budgets.last().expect("the budget of the award");
        let figure = |name: &str| {
            let cents = text(&award[name]["amount"]).replace('.', "");
            cents.parse::<i64>().expect("cents")
        };
        assert_eq!(held("RESERVED"), figure("reserved"), "{at}");
        assert_eq!(held("AWARD") + held("ORDERED"), figure("remainingToPay"), "{at}");
        let paid = held("PAID") + held("RECOVERABLE") + held("RECOVERED");
        assert_eq!(paid, figure("paid"), "{at}");
    }
}

/// The accounts of the award, with what they held at an instant.
async fn of_award(app: &TestApp, world: &World, at: &Value) -> Vec<Value> {
    let arguments = json!({ "filter": { "owner": world.award_id }, "at": at });
    let found = accounts(app, &world.finance, &world.fund_id, arguments).await;
    found["nodes"].as_array().expect("accounts").clone()
}

async fn a_statement_leads_from_what_an_account_held_to_what_it_holds(app: TestApp) {
    let world = World::new(&app).await;
    let middle = &world.history[world.history.len() / 2].0;
    let early = &world.history[1].0;
    let end = now(&app.clock);
    for account in whole(&app, &world).await {
        let mut opening = 0;
        let mut told = Vec::new();
        let whole = statement(&app, &world.finance, &account, json!({ "first": 100 })).await;
        for (from, to) in [
            (None, Some(early)),
            (Some(early), Some(middle)),
            (Some(middle), Some(&end)),
            (Some(&end), None),
        ] {
            let part = statement(
                &app,
                &world.finance,
                &account,
                json!({ "from": from, "to": to, "first": 100 }),
            )
            .await;
            assert_eq!(cents(&part["opening"]), opening, "{account:#} from {from:?}");
            let lines = part["lines"]["nodes"].as_array().expect("lines");
            assert_eq!(part["lines"]["totalCount"], lines.len());
            for line in lines {
                opening += cents(&line["amount"]);
                assert_eq!(cents(&line["balance"]), opening, "{account:#}");
                assert_eq!(line["side"] == "DEBIT", cents(&line["amount"]) < 0);
            }
            assert_eq!(cents(&part["closing"]), opening, "{account:#} to {to:?}");
            told.extend(lines.clone());
        }
        assert_eq!(json!(told), whole["lines"]["nodes"], "the parts are the whole");
        assert_eq!(
            (cents(&whole["opening"]), cents(&whole["closing"])),
            (0, cents(&account["balance"]))
        );
        for forward in [true, false] {
            assert_eq!(paged(&app, &world, &account, forward).await, told, "{account:#}");
        }
    }
    app.verify().await;
}

/// The lines of the statement of an account, two by two, from the start or from the end.
async fn paged(app: &TestApp, world: &World, account: &Value, forward: bool) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let arguments = if forward {
            json!({ "first": 2, "after": cursor })
        } else {
            json!({ "last": 2, "before": cursor })
        };
        let page = statement(app, &world.finance, account, arguments).await["lines"].take();
        let nodes = page["nodes"].as_array().expect("lines").clone();
        let info = &page["pageInfo"];
        let more = if forward {
            found.extend(nodes);
            cursor = info["endCursor"].clone();
            &info["hasNextPage"]
        } else {
            found.splice(0..0, nodes);
            cursor = info["startCursor"].clone();
            &info["hasPreviousPage"]
        };
        if more == &json!(false) {
            return found;
        }
    }
}

async fn a_statement_of_what_is_to_come_or_ends_before_it_begins_is_refused(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let found = accounts(&app, &fund.finance, &fund.fund_id, json!({})).await;
    let account = &found["nodes"][0];
    for period in [
        json!({ "to": "2018-06-20T09:00:00Z" }),
        json!({ "from": "2018-06-20T09:00:00Z" }),
        json!({ "from": "2018-06-20T08:00:00Z", "to": "2018-06-20T07:59:59Z" }),
    ] {
        let variables = with(json!({ "account": account["id"] }), period);
        assert_eq!(
            app.error_code(&fund.finance, STATEMENT, variables).await,
            "BAD_USER_INPUT"
        );
    }
    let variables = json!({ "fund": fund.fund_id, "at": "2018-06-20T09:00:00Z" });
    let answer = app.ask(&fund.finance, ACCOUNTS, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
