//! The journal of a fund: all of it in its order, and any part of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::world::World;
use crate::flows::stage;
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    a_journal_tells_everything_in_its_order,
    any_part_of_a_journal_is_listed_page_by_page_either_way,
    a_part_of_another_fund_is_nothing,
    a_reversal_and_what_it_reverses_name_each_other,
];

const JOURNAL: &str = "query($fund: ID!, $filter: TransferFilter, $first: Int, $after: String, $last: Int,
    $before: String) {
    node(id: $fund) { ... on Fund {
        transfers(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
            totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            nodes { id seq kind book fiscalYear amount { minorUnits } effectiveOn recordedAt reason document
                fund { id } hash previousHash
                debit { id kind book fiscalYear owner { id } } credit { id kind book fiscalYear owner { id } }
                debitBalance { minorUnits } creditBalance { minorUnits }
                actor { id } subject { __typename id } reverses { id } reversedBy { id } }
        } } } }";

async fn page(app: &TestApp, who: &Persona, fund: &str, arguments: Value) -> Value {
    let variables = stage::with(json!({ "fund": fund }), arguments);
    app.data(who, JOURNAL, variables).await["node"]["transfers"].take()
}

async fn whole(app: &TestApp, world: &World) -> Vec<Value> {
    let whole = page(app, &world.finance, &world.fund_id, json!({ "first": 100 })).await;
    let nodes = whole["nodes"].as_array().expect("transfers").clone();
    assert_eq!(whole["totalCount"], nodes.len());
    nodes
}

async fn a_journal_tells_everything_in_its_order(app: TestApp) {
    let world = World::new(&app).await;
    let journal = whole(&app, &world).await;
    let mut previous = json!("0".repeat(64));
    let mut balances: HashMap<String, i64> = HashMap::new();
    for (seq, transfer) in (1..).zip(&journal) {
        assert_eq!(transfer["seq"], format!("{seq}"));
        assert_eq!(transfer["previousHash"], previous);
        previous = transfer["hash"].clone();
        assert_eq!(transfer["fund"]["id"], world.fund_id);
        let minor = |money: &Value| text(&money["minorUnits"]).parse::<i64>().expect("minor units");
        for (side, balance, sign) in [("debit", "debitBalance", -1), ("credit", "creditBalance", 1)] {
            let held = balances.entry(text(&transfer[side]["id"])).or_default();
            *held += sign * minor(&transfer["amount"]);
            assert_eq!(minor(&transfer[balance]), *held, "{transfer:#}");
        }
        assert_eq!(transfer["book"], transfer["debit"]["book"]);
        assert_eq!(transfer["fiscalYear"], transfer["debit"]["fiscalYear"]);
    }
    let paid = journal
        .iter()
        .find(|transfer| transfer["kind"] == "PAY")
        .expect("a payment");
    assert_eq!(paid["subject"]["__typename"], "PaymentRequest");
    assert_eq!(paid["actor"]["id"], world.finance.id);
    assert_eq!(paid["debit"]["owner"]["id"], world.award_id);
    assert_eq!(paid["effectiveOn"], "2018-06-20");
    let kinds: Vec<_> = journal.iter().map(|transfer| text(&transfer["kind"])).collect();
    for kind in [
        "OPEN",
        "RESERVE",
        "COMMIT",
        "ORDER",
        "REJECT",
        "CARRY_OVER",
        "DECOMMIT",
        "RECOVERY_RECEIVED",
    ] {
        assert!(kinds.iter().any(|found| found == kind), "{kind} of {kinds:?}");
    }
}

async fn any_part_of_a_journal_is_listed_page_by_page_either_way(app: TestApp) {
    let world = World::new(&app).await;
    let journal = whole(&app, &world).await;
    let first = |kind: &str| journal.iter().find(|t| t["kind"] == kind).expect(kind);
    let (programme, call) = (&world.programme_id, &world.call_id);
    let account = &first("COMMIT")["credit"]["id"];
    let request = &first("ORDER")["subject"]["id"];
    let filters = [
        json!({}),
        json!({ "node": world.fund_id }),
        json!({ "node": programme }),
        json!({ "node": world.other_programme_id }),
        json!({ "node": call }),
        json!({ "node": world.award_id }),
        json!({ "account": account }),
        json!({ "account": account, "kinds": ["ORDER", "PAY"] }),
        json!({ "book": "CP" }),
        json!({ "fiscalYear": 2019 }),
        json!({ "node": programme, "book": "CP" }),
        json!({ "node": programme, "fiscalYear": 2019 }),
        json!({ "node": programme, "book": "AE", "kinds": ["REDEPLOY", "ALLOCATE"] }),
        json!({ "subject": request }),
        json!({ "subject": request, "node": programme, "book": "CP" }),
        json!({ "actor": world.treasurer.id }),
        json!({ "effectiveFrom": "2018-06-20", "effectiveTo": "2018-06-20" }),
    ];
    for filter in filters {
        let expected: Vec<&Value> = journal.iter().filter(|t| is_admitted(&world, &filter, t)).collect();
        assert!(!expected.is_empty(), "{filter}");
        check_pages(&app, &world, &filter, &expected).await;
    }
    let barren = [
        json!({ "node": call, "book": "CP" }),
        json!({ "account": account, "node": world.other_programme_id }),
        json!({ "kinds": [] }),
        json!({ "effectiveFrom": "2018-06-21" }),
        json!({ "effectiveTo": "2018-06-19" }),
    ];
    for filter in barren {
        check_pages(&app, &world, &filter, &[]).await;
    }
}

/// Whether a filter admits a transfer, as its documentation says: one side meets all that is asked of a side.
fn is_admitted(world: &World, filter: &Value, transfer: &Value) -> bool {
    let asks = |field: &str, is_met: &dyn Fn(&Value) -> bool| filter.get(field).is_none_or(is_met);
    let one_side = ["debit", "credit"].iter().any(|side| {
        let side = &transfer[side];
        asks("node", &|node| is_under(world, node, &side["owner"]["id"]))
            && asks("account", &|account| side["id"] == *account)
            && asks("fiscalYear", &|year| side["fiscalYear"] == *year)
    });
    let listed = |kinds: &Value| kinds.as_array().expect("kinds").contains(&transfer["kind"]);
    one_side
        && asks("book", &|book| transfer["book"] == *book)
        && asks("kinds", &listed)
        && asks("subject", &|subject| transfer["subject"]["id"] == *subject)
        && asks("actor", &|actor| transfer["actor"]["id"] == *actor)
}

/// Whether a holder of budget is a node, or below it.
fn is_under(world: &World, node: &Value, holder: &Value) -> bool {
    let line = [&world.fund_id, &world.programme_id, &world.call_id, &world.award_id];
    let place = |id: &Value| line.iter().position(|own| id == own.as_str());
    node == holder || node == world.fund_id.as_str() || place(node).is_some_and(|above| place(holder) > Some(above))
}

async fn check_pages(app: &TestApp, world: &World, filter: &Value, expected: &[&Value]) {
    for size in [2, 100] {
        for forward in [true, false] {
            let listed = listed(app, world, filter, size, forward, expected.len()).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{filter} by {size}");
        }
    }
}

/// Everything that a filter admits, by pages of a size, from the start or from the end.
async fn listed(app: &TestApp, world: &World, filter: &Value, size: i32, forward: bool, total: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let arguments = if forward {
            json!({ "filter": filter, "first": size, "after": cursor })
        } else {
            json!({ "filter": filter, "last": size, "before": cursor })
        };
        let page = page(app, &world.finance, &world.fund_id, arguments).await;
        assert_eq!(page["totalCount"], total, "{filter}");
        let nodes = page["nodes"].as_array().expect("transfers").clone();
        let info = &page["pageInfo"];
        let (more, next) = if forward {
            found.extend(nodes);
            (&info["hasNextPage"], &info["endCursor"])
        } else {
            found.splice(0..0, nodes);
            (&info["hasPreviousPage"], &info["startCursor"])
        };
        if more == &json!(false) {
            return found;
        }
        assert!(found.len() < total, "{filter}: a page comes after the last");
        cursor = next.clone();
    }
}

async fn a_part_of_another_fund_is_nothing(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (other, programme) = fund.another(&app).await;
    let officer = app.as_finance_officer(&other).await;
    let theirs = page(&app, &officer, &other, json!({})).await;
    let theirs = &theirs["nodes"][0];
    let own = page(&app, &fund.finance, &fund.fund_id, json!({})).await;
    assert_eq!(own["totalCount"], 2);
    for filter in [
        json!({ "node": other }),
        json!({ "node": programme }),
        json!({ "account": theirs["debit"]["id"] }),
        json!({ "account": theirs["credit"]["id"] }),
        json!({ "subject": other }),
    ] {
        let found = page(&app, &fund.finance, &fund.fund_id, json!({ "filter": filter })).await;
        assert_eq!(
            (&found["totalCount"], &found["nodes"]),
            (&json!(0), &json!([])),
            "{filter}"
        );
    }
    // Nor does a cursor of another journal tell where it stands there.
    let cursor = page(&app, &officer, &other, json!({ "first": 1 })).await["pageInfo"]["endCursor"].clone();
    let found = page(&app, &fund.finance, &fund.fund_id, json!({ "after": cursor })).await;
    assert_eq!(found["nodes"], json!([]));
    let code = app
        .error_code(
            &fund.finance,
            JOURNAL,
            json!({ "fund": fund.fund_id, "filter": { "node": theirs["id"] } }),
        )
        .await;
    assert_eq!(code, "NOT_FOUND", "a transfer is no node of a budget");
}

async fn a_reversal_and_what_it_reverses_name_each_other(app: TestApp) {
    let world = World::new(&app).await;
    let journal = whole(&app, &world).await;
    let mut kinds = Vec::new();
    for reversal in journal.iter().filter(|transfer| !transfer["reverses"].is_null()) {
        let reversed = journal
            .iter()
            .find(|transfer| transfer["id"] == reversal["reverses"]["id"]);
        let reversed = reversed.expect("what it reverses");
        assert_eq!(reversed["reversedBy"]["id"], reversal["id"]);
        assert_eq!(reversed["amount"], reversal["amount"]);
        assert_eq!(
            (&reversal["debit"], &reversal["credit"]),
            (&reversed["credit"], &reversed["debit"])
        );
        kinds.push(format!("{} {}", text(&reversal["kind"]), text(&reversed["kind"])));
        let alone = "query($id: ID!) { node(id: $id) { ... on Transfer { reversedBy { seq } } } }";
        let alone = app.data(&world.finance, alone, json!({ "id": reversed["id"] })).await;
        assert_eq!(alone["node"]["reversedBy"]["seq"], reversal["seq"]);
    }
    // The order that the bank returned, in both books, and what the officer reversed by hand.
    assert_eq!(kinds, ["REJECT ORDER", "REJECT ORDER", "ALLOCATE DEALLOCATE"]);
    let reversed = journal.iter().filter(|transfer| !transfer["reversedBy"].is_null());
    assert_eq!(reversed.count(), kinds.len());
}
