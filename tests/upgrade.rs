//! A database of the first ledger keeps every figure when it is upgraded: what the new tables hold is replayed from the
//! journal.

use entity::value::{AccountId, AccountKind, Book};
use entity::{account, award, budget, budget_day, budget_entry};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryOrder};
use uuid::Uuid;

use crate::flows::stage;
use crate::harness::{Engine, TestApp, on_both_databases};

on_both_databases![a_journal_of_the_first_ledger_is_whole_after_the_upgrade];

async fn a_journal_of_the_first_ledger_is_whole_after_the_upgrade(app: TestApp) {
    stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let connection = app.storage.connection().await;
    let before = figures(&connection).await;
    assert!(!before.0.is_empty() && !before.1.is_empty() && !before.2.is_empty());
    return_to_the_first_ledger(app.storage.engine, &connection).await;

    app.database.migrate().await.expect("it is upgraded");

    assert_eq!(figures(&connection).await, before);
    app.verify().await;
}

type Figures = (Vec<budget::Model>, Vec<budget_entry::Model>, Vec<budget_day::Model>);

async fn figures(connection: &DatabaseConnection) -> Figures {
    let budgets = budget::Entity::find().order_by_asc(budget::Column::NodeId);
    let entries = budget_entry::Entity::find()
        .order_by_asc(budget_entry::Column::NodeId)
        .order_by_asc(budget_entry::Column::Seq);
    let days = budget_day::Entity::find()
        .order_by_asc(budget_day::Column::NodeId)
        .order_by_asc(budget_day::Column::EffectiveOn);
    (
        budgets.all(connection).await.expect("the budgets"),
        entries.all(connection).await.expect("the entries"),
        days.all(connection).await.expect("the days"),
    )
}

/// Undoes the migration by hand, and puts in the empty accounts and budgets that it made in advance.
async fn return_to_the_first_ledger(engine: Engine, connection: &DatabaseConnection) {
    put_in_what_was_made_in_advance(connection).await;
    for statement in undoing(engine) {
        let done = connection.execute_unprepared(&statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

async fn put_in_what_was_made_in_advance(connection: &DatabaseConnection) {
    let award = award::Entity::find().one(connection).await;
    let award = award.expect("the award").expect("one");
    let paid_in_advance = account::Model {
        id: AccountId::new(),
        fund_id: award.fund_id,
        book: Book::Ae,
        kind: AccountKind::Paid,
        owner_id: award.id.0,
        programme_id: None,
        call_id: Some(award.call_id),
        award_id: Some(award.id),
        fiscal_year: 0,
        debits_minor: 0,
        credits_minor: 0,
        version: 0,
    };
    account::Entity::insert(paid_in_advance.into_active_model())
        .exec_without_returning(connection)
        .await
        .expect("an account");
    let some = budget::Entity::find().one(connection).await;
    let untouched = budget::Model {
        node_id: Uuid::now_v7(),
        envelope_minor: 0,
        programme_minor: 0,
        call_minor: 0,
        reserved_minor: 0,
        award_minor: 0,
        ordered_minor: 0,
        paid_minor: 0,
        ..some.expect("a budget").expect("one")
    };
    budget::Entity::insert(untouched.into_active_model())
        .exec_without_returning(connection)
        .await
        .expect("a budget");
}

/// What undoes the migration.
fn undoing(engine: Engine) -> Vec<String> {
    let mut statements: Vec<String> = ["budget_entry", "budget_day", "recovery", "fiscal_year"]
        .map(|table| format!("DROP TABLE {table}"))
        .to_vec();
    if engine == Engine::Postgres {
        statements.push("DROP FUNCTION budget_entry_is_append_only".to_owned());
    }
    let columns = [
        ("fund", "time_zone"),
        ("fund", "enforces_payment_credits"),
        ("fund", "decommitment"),
        ("fund", "reinstates_recoveries"),
        ("budget", "recoverable_minor"),
        ("budget", "recovered_minor"),
        ("budget", "lapsed_minor"),
        ("award", "decommitted_minor"),
    ];
    statements.extend(columns.map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {column}")));
    for side in ["debit", "credit"] {
        statements.push(format!("DROP INDEX transfer_{side}"));
        statements.push(format!(
            "CREATE INDEX transfer_{side} ON transfer ({side}_account_id, seq)"
        ));
    }
    statements.extend(["transfer_kind", "transfer_actor"].map(|index| format!("DROP INDEX {index}")));
    statements.push("DELETE FROM seaql_migrations WHERE version LIKE '%complete_ledger'".to_owned());
    statements
}
