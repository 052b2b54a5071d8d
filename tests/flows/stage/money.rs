//! Money as it moves: what a mutation says that it would do, what it does, and what it answers when it is repeated.

use api::graphql::id;
use entity::value::FundId;
use entity::{
    account, agreement, application, audit_event, award, budget, budget_day, budget_entry, decision, fiscal_year, fund,
    idempotency_key, instalment, ledger_head, outbox, payment_request, programme, recovery, transfer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{euros, fresh_key, with};
use crate::harness::{Client, Persona, text};

/// What to ask of the payload of a mutation that moves money.
const MOVED: &str = "replayed preview postings { kind amount { amount }
    debit { book accountKind owner fiscalYear balance { amount } }
    credit { book accountKind owner fiscalYear balance { amount } } }";

/// Has somebody move money. It is previewed first, which changes nothing; then done, as the preview said; then repeated
/// with the same key, which changes nothing and answers the same. Answers with what moved, as [`posted`].
pub async fn moves(app: &Client, who: &Persona, name: &str, input: Value) -> Vec<String> {
    let before = everything(app, true).await;
    let previewed = app
        .mutate(who, name, with(input.clone(), json!({ "preview": true })), MOVED)
        .await;
    assert_eq!(
        (&previewed["replayed"], &previewed["preview"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        everything(app, true).await,
        before,
        "a preview of {name} changed something"
    );

    let done = app.mutate(who, name, input.clone(), MOVED).await;
    assert_eq!((&done["replayed"], &done["preview"]), (&json!(false), &json!(false)));
    assert_eq!(
        posted(&done),
        posted(&previewed),
        "{name} did not do what its preview said"
    );
    let after = everything(app, true).await;
    assert_ne!(after, before, "{name} changed nothing");

    let repeated = app.mutate(who, name, input, MOVED).await;
    assert_eq!(
        repeated,
        with(done.clone(), json!({ "replayed": true })),
        "{name} repeated"
    );
    assert_eq!(everything(app, true).await, after, "{name} repeated changed something");
    posted(&done)
}

/// Has somebody try to move money, who must be refused: by the preview, when they do it, and when they repeat it, for
/// the same reasons. Answers with the reasons.
pub async fn refuses(app: &Client, who: &Persona, name: &str, input: Value) -> Vec<Value> {
    let before = everything(app, true).await;
    let previewed = app
        .mutation_refusals(who, name, with(input.clone(), json!({ "preview": true })))
        .await;
    assert_eq!(
        everything(app, true).await,
        before,
        "a preview of {name} changed something"
    );
    let before = everything(app, false).await;
    let refused = app.mutation_refusals(who, name, input.clone()).await;
    assert_eq!(refused, previewed, "{name} was not refused as its preview was");
    let mut repeated = app.attempt(who, name, input, "replayed").await["data"][name].take();
    assert_eq!(repeated["replayed"], true, "{name} repeated");
    assert_eq!(repeated["userErrors"].take(), json!(refused), "{name} repeated");
    assert_eq!(
        everything(app, false).await,
        before,
        "{name} was refused and changed something"
    );
    refused
}

/// As [`refuses`], each reason as its code and the path of the value it is about.
pub async fn reasons(app: &Client, who: &Persona, name: &str, input: Value) -> Vec<String> {
    let refusals = refuses(app, who, name, input).await;
    let each = refusals.iter().map(|refusal| {
        let path: Vec<String> = refusal["field"].as_array().into_iter().flatten().map(text).collect();
        format!("{} {}", text(&refusal["code"]), path.join("."))
    });
    each.map(|reason| reason.trim_end().to_owned()).collect()
}

/// The transfers of a payload, one a line, with what is left on both sides:
/// `ALLOCATE 5.00: ENVELOPE 95.00 > PROGRAMME 5.00`. Accounts of payment credits have their year, as `PROGRAMME-2018`.
fn posted(payload: &Value) -> Vec<String> {
    let side = |side: &Value| {
        let (book, kind) = (text(&side["book"]), text(&side["accountKind"]));
        assert_eq!(book == "CP", side["fiscalYear"].is_number(), "{side:#}");
        let year = side["fiscalYear"].as_i64().map(|year| format!("-{year}"));
        let balance = text(&side["balance"]["amount"]);
        format!("{kind}{} {balance}", year.unwrap_or_default())
    };
    let postings = payload["postings"].as_array().expect("postings");
    let lines = postings.iter().map(|posting| {
        let (kind, amount) = (text(&posting["kind"]), text(&posting["amount"]["amount"]));
        format!(
            "{kind} {amount}: {} > {}",
            side(&posting["debit"]),
            side(&posting["credit"])
        )
    });
    lines.collect()
}

/// What every budget operation takes, with a key of its own; the rest says of what.
pub fn order_input(amount: &str, rest: Value) -> Value {
    let order = json!({ "amount": euros(amount), "reason": "Budget of the year", "document": "Decision 2018-7",
        "idempotencyKey": fresh_key() });
    with(order, rest)
}

/// What the operations take that are made on somebody's word and state no amount, with a key of their own.
pub fn act_input(rest: Value) -> Value {
    let act = json!({ "reason": "Renounced", "document": "Letter 7", "idempotencyKey": fresh_key() });
    with(act, rest)
}

/// What the operations on payment credits of one programme take.
pub fn credits_input(programme_id: &str, fiscal_year: i32, amount: &str) -> Value {
    order_input(
        amount,
        json!({ "programmeId": programme_id, "fiscalYear": fiscal_year }),
    )
}

/// The identifier of the last transfer of a fund.
pub async fn last_transfer(app: &Client, fund_id: &str) -> String {
    let fund: FundId = id::parse(&fund_id.into()).expect("a fund");
    let db = app.storage.connection().await;
    let found = transfer::Entity::find()
        .filter(transfer::Column::FundId.eq(fund))
        .order_by_desc(transfer::Column::Seq)
        .one(&db)
        .await;
    id::of(found.expect("an answer").expect("a transfer").id).to_string()
}

/// Every row that a mutation which moves money may write, with the answers stored under keys or without.
async fn everything(app: &Client, keys: bool) -> Vec<String> {
    let db = app.storage.connection().await;
    let mut rows = Vec::new();
    macro_rules! read {
        ($($table:ident),+ $(,)?) => {$(
            let found = $table::Entity::find().all(&db).await.expect("rows");
            rows.extend(found.iter().map(|row| format!("{} {row:?}", stringify!($table))));
        )+};
    }
    read!(
        account,
        agreement,
        application,
        audit_event,
        award,
        budget,
        budget_day,
        budget_entry,
        decision,
        fiscal_year,
        fund,
        instalment,
        ledger_head,
        outbox,
        payment_request,
        programme,
        recovery,
        transfer,
    );
    if keys {
        read!(idempotency_key);
    }
    rows.sort();
    rows
}
