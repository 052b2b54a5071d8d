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
    let award = vec![world.award_id.clone()];
    let call = [vec![world.call_id.clone()], award.clone()].concat();
    let programme = [vec![world.programme_id.clone()], call.clone()].concat();
    let other = vec![world.other_programme_id.clone()];
    let sides = |transfer: &Value| [transfer["debit"].clone(), transfer["credit"].clone()];
    let under = |nodes: Vec<String>| move |side: &Value| nodes.iter().any(|node| side["owner"]["id"] == **node);
    let account = journal
        .iter()
        .find(|transfer| transfer["kind"] == "COMMIT")
        .expect("a commitment")["credit"]
        .clone();
    let order = journal
        .iter()
        .find(|transfer| transfer["kind"] == "ORDER")
        .expect("an order");
    let of_account = account.clone();
    let in_2019 = |side: &Value| side["fiscalYear"] == 2019;
    let in_credits = |side: &Value| side["book"] == "CP";
    let cases: Vec<(Value, Box<dyn Fn(&Value) -> bool>)> = vec![
        (json!({}), Box::new(|_| true)),
        (json!({ "node": world.fund_id }), Box::new(|_| true)),
        (
            json!({ "node": world.programme_id }),
            Box::new(move |t| sides(t).iter().any(under(programme.clone()))),
        ),
        (
            json!({ "node": world.other_programme_id }),
            Box::new(move |t| sides(t).iter().any(under(other.clone()))),
        ),
        (
            json!({ "node": world.call_id }),
            Box::new(move |t| sides(t).iter().any(under(call.clone()))),
        ),
        (
            json!({ "node": world.award_id }),
            Box::new(move |t| sides(t).iter().any(under(award.clone()))),
        ),
        (
            json!({ "account": account["id"] }),
            Box::new(move |t| sides(t).iter().any(|side| side["id"] == of_account["id"])),
        ),
        (
            json!({ "account": account["id"], "kinds": ["ORDER", "PAY"] }),
            Box::new({
                let account = account.clone();
                move |t| t["kind"] == "ORDER" && sides(t).iter().any(|side| side["id"] == account["id"])
            }),
        ),
        (json!({ "book": "CP" }), Box::new(move |t| t["book"] == "CP")),
        (
            json!({ "fiscalYear": 2019 }),
            Box::new(move |t| sides(t).iter().any(in_2019)),
        ),
        (
            json!({ "node": world.programme_id, "book": "CP" }),
            Box::new({
                let of = under(vec![world.programme_id.clone()]);
                move |t| sides(t).iter().any(|side| in_credits(side) && of(side))
            }),
        ),
        (
            json!({ "node": world.programme_id, "fiscalYear": 2019 }),
            Box::new({
                let of = under(vec![world.programme_id.clone()]);
                move |t| sides(t).iter().any(|side| in_2019(side) && of(side))
            }),
        ),
        (
            json!({ "node": world.programme_id, "book": "AE", "kinds": ["REDEPLOY", "ALLOCATE"] }),
            Box::new({
                let of = under(vec![world.programme_id.clone(), world.call_id.clone()]);
                move |t| {
                    t["book"] == "AE"
                        && (t["kind"] == "REDEPLOY" || t["kind"] == "ALLOCATE")
                        && sides(t).iter().any(&of)
                }
            }),
        ),
        (json!({ "node": world.call_id, "book": "CP" }), Box::new(|_| false)),
        (
            json!({ "account": account["id"], "node": world.other_programme_id }),
            Box::new(|_| false),
        ),
        (
            json!({ "subject": order["subject"]["id"] }),
            Box::new({
                let subject = order["subject"]["id"].clone();
                move |t| t["subject"]["id"] == subject
            }),
        ),
        (
            json!({ "subject": order["subject"]["id"], "node": world.programme_id, "book": "CP" }),
            Box::new({
                let subject = order["subject"]["id"].clone();
                move |t| t["subject"]["id"] == subject && t["book"] == "CP"
            }),
        ),
        (
            json!({ "actor": world.treasurer.id }),
            Box::new({
                let treasurer = world.treasurer.id.clone();
                move |t| t["actor"]["id"] == *treasurer
            }),
        ),
        (json!({ "kinds": [] }), Box::new(|_| false)),
        (
            json!({ "effectiveFrom": "2018-06-20", "effectiveTo": "2018-06-20" }),
            Box::new(|_| true),
        ),
        (json!({ "effectiveFrom": "2018-06-21" }), Box::new(|_| false)),
        (json!({ "effectiveTo": "2018-06-19" }), Box::new(|_| false)),
    ];
    for (filter, admits) in cases {
        let expected: Vec<&Value> = journal.iter().filter(|transfer| admits(transfer)).collect();
        for size in [3, 100] {
            for forward in [true, false] {
                let listed = listed(&app, &world, &filter, size, forward, expected.len()).await;
                assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{filter} by {size}");
            }
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
