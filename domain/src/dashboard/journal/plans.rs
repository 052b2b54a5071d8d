//! That no page of a journal and no balance reads more of it than it answers: SQLite says along which indexes it would
//! go, and of every one how far it narrows the way.

use entity::value::{AccountId, FundId, Instant, ProgrammeId, TransferKind, UserId};
use entity::{account, transfer};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectOptions, ConnectionTrait, Database, DbBackend, QueryOrder, QuerySelect, QueryTrait,
    Statement, sea_query::SelectStatement,
};
use uuid::Uuid;

use super::accounts::holdings;
use super::credits;
use super::ways::{Reach, Way};
use crate::Page;
use crate::dashboard::moment::{End, entries};
use crate::dashboard::{queries::Node, series};

/// How SQLite goes about a statement, a line a step.
async fn plan(query: &SelectStatement) -> Vec<String> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.expect("a database");
    Migrator::up(&db, None).await.expect("its tables");
    let sql = format!("EXPLAIN QUERY PLAN {}", DbBackend::Sqlite.build(query).sql);
    let steps = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    let steps = steps.expect("a plan");
    steps
        .iter()
        .map(|step| step.try_get("", "detail").expect("a step"))
        .collect()
}

/// Whether a step reads a table from one end to the other. What a step before it has found is called way or side.
fn scans(step: &str) -> bool {
    step.strip_prefix("SCAN ")
        .is_some_and(|rest| !rest.starts_with("way") && !rest.starts_with("side"))
}

/// Whether a step goes along all transfers of a fund.
fn walks(step: &str) -> bool {
    step.starts_with("SEARCH transfer") && step.ends_with("(fund_id=?)")
}

fn cursors() -> [Page; 3] {
    let cursor = Some(Uuid::now_v7());
    let from = |after, before, from_end| Page {
        after,
        before,
        from_end,
        ..Page::default()
    };
    [
        from(None, None, false),
        from(cursor, None, false),
        from(None, cursor, true),
    ]
}

#[tokio::test]
async fn a_page_of_the_whole_journal_is_found_by_its_numbers() {
    for page in cursors() {
        let select = Reach::Journal.select(FundId::new(), &Condition::all(), Some(page));
        let select = select.order_by(transfer::Column::Seq, page.order()).limit(page.asked());
        let steps = plan(&select.into_query()).await;
        assert!(
            !steps.iter().any(|step| scans(step) || step.contains("TEMP B-TREE")),
            "{steps:#?}"
        );
    }
}

#[tokio::test]
async fn a_page_of_an_account_or_a_node_is_found_by_its_own_index() {
    let account = AccountId::new();
    let ways = [
        (Reach::accounts([account]), "transfer_debit (debit_account_id=?"),
        (
            Reach::accounts([account, AccountId::new()]),
            "transfer_credit (credit_account_id=?",
        ),
        (
            Reach::Ways(vec![Way::Entries(Uuid::now_v7())]),
            "budget_entry USING PRIMARY KEY (node_id=?",
        ),
        (
            Reach::Ways(vec![Way::About(Uuid::now_v7())]),
            "transfer_subject (subject_id=?",
        ),
        (
            Reach::Ways(vec![Way::Kind(TransferKind::Pay), Way::Kind(TransferKind::Reject)]),
            "transfer_kind (fund_id=? AND kind=?",
        ),
        (
            Reach::Ways(vec![Way::By(UserId::new())]),
            "transfer_actor (fund_id=? AND actor_id=?",
        ),
    ];
    for (reach, index) in &ways {
        for page in cursors().map(Some).into_iter().chain([None]) {
            let mut select = reach.select(FundId::new(), &Condition::all(), page);
            if let Some(page) = page {
                select = select.order_by(transfer::Column::Seq, page.order()).limit(page.asked());
            }
            let steps = plan(&select.into_query()).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:#?}");
            assert!(!steps.iter().any(|step| scans(step) || walks(step)), "{steps:#?}");
        }
    }
}

#[tokio::test]
async fn what_an_account_held_is_found_by_one_seek_on_either_side() {
    let accounts = Condition::all().add(account::Column::Id.is_in([AccountId::new(), AccountId::new()]));
    let steps = plan(&holdings(accounts, Some(Instant(0))).into_query()).await;
    for index in [
        "transfer_debit (debit_account_id=? AND recorded_at<?)",
        "transfer_credit (credit_account_id=? AND recorded_at<?)",
        "(fund_id=? AND seq=?)",
    ] {
        assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:#?}");
    }
    assert!(!steps.iter().any(|step| scans(step) || walks(step)), "{steps:#?}");
}

#[tokio::test]
async fn payment_credits_are_found_by_their_programmes() {
    for node in [Node::Fund(FundId::new()), Node::Programme(ProgrammeId::new())] {
        for at in [None, Some(Instant(0))] {
            let steps = plan(&holdings(credits::accounts(node, None), at).into_query()).await;
            let index = "(owner_id=? AND kind=? AND book=?)";
            assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:#?}");
            assert!(!steps.iter().any(|step| scans(step) || walks(step)), "{steps:#?}");
        }
    }
}

#[tokio::test]
async fn the_days_of_a_budget_are_found_by_its_node() {
    let (from, to) = (time::macros::date!(2018 - 01 - 01), time::macros::date!(2018 - 12 - 31));
    let steps = plan(&series::changes(Uuid::now_v7(), from, to)).await;
    for index in [
        "(node_id=? AND effective_on<?)",
        "(node_id=? AND effective_on>? AND effective_on<?)",
    ] {
        assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:#?}");
    }
    assert!(!steps.iter().any(|step| scans(step)), "{steps:#?}");
}

#[tokio::test]
async fn what_the_budgets_of_nodes_were_is_found_by_one_seek_each() {
    let nodes = [Node::Fund(FundId::new()), Node::Programme(ProgrammeId::new())];
    let end = End {
        recorded_at: Instant(0),
        seq: 1,
    };
    let steps = plan(&entries(&nodes, end).expect("two nodes")).await;
    let seek = "(node_id=? AND recorded_at<?)";
    assert_eq!(steps.iter().filter(|step| step.contains(seek)).count(), 2, "{steps:#?}");
    assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:#?}");
}
