//! The history of the schema ends in the shape the entities describe, on both databases.

use std::{sync::Arc, time::Duration};

use domain::{
    Clock, Database,
    database::{OpenError, Pool},
};
use entity::value::{
    AccountId, ApplicationId, AuditEventId, FundId, Instant, NodeKind, SubmissionId, TransferId, TransferKind, UserId,
};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, Iterable,
    PaginatorTrait, Statement,
};
use time::macros::date;
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::harness::{EmptyDatabase, Engine, TestDatabase, on_both_databases};

on_both_databases![
    migrating_again_changes_nothing,
    several_processes_may_migrate_at_once,
    one_connection_is_enough_to_migrate,
    a_database_that_was_never_migrated_is_refused,
    a_database_from_a_newer_release_is_refused,
    every_table_has_exactly_the_columns_of_its_entity,
    transfers_audit_events_and_submissions_are_never_changed_nor_deleted,
];

async fn migrating_again_changes_nothing(EmptyDatabase(database): EmptyDatabase) {
    let connections = database.open(Clock::system()).await;
    let bare = database.connection().await;
    connections.migrate().await.expect("the first time");
    let before = history(&bare).await;
    assert!(!before.is_empty());
    connections.migrate().await.expect("the second time");
    assert_eq!(history(&bare).await, before);
    connections.check().await.expect("nothing is missing");
}

async fn several_processes_may_migrate_at_once(EmptyDatabase(database): EmptyDatabase) {
    const RACERS: usize = 8;
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = Vec::new();
    for _ in 0..RACERS {
        let (connections, start) = (database.open(Clock::system()).await, Arc::clone(&start));
        racers.push(tokio::spawn(async move {
            start.wait().await;
            connections.migrate().await
        }));
    }
    for racer in racers {
        let answer = racer.await.expect("no panic");
        // An SQLite file serves one process, so there the others may find it busy; but never half done, see below.
        assert!(database.engine == Engine::Sqlite || answer.is_ok(), "{answer:?}");
    }
    let connections = database.open(Clock::system()).await;
    connections.migrate().await.expect("what one left, the next finishes");
    connections.check().await.expect("nothing is missing");
}

async fn one_connection_is_enough_to_migrate(EmptyDatabase(database): EmptyDatabase) {
    let pool = Pool {
        connections: 1,
        patience: Duration::from_secs(2),
    };
    let connections = Database::open(&database.url, pool, Clock::system())
        .await
        .expect("it opens");
    connections.migrate().await.expect("without waiting for itself");
}

async fn a_database_that_was_never_migrated_is_refused(EmptyDatabase(database): EmptyDatabase) {
    let connections = database.open(Clock::system()).await;
    let answer = connections.check().await;
    assert!(matches!(answer, Err(OpenError::NotMigrated)), "{answer:?}");
}

async fn a_database_from_a_newer_release_is_refused(database: TestDatabase) {
    const NEWER: &str = "m29990101_000001_from_the_future";
    let connections = database.open(Clock::system()).await;
    let bare = database.connection().await;
    let sql = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{NEWER}', 0)");
    bare.execute_unprepared(&sql).await.expect("a migration of tomorrow");
    for answer in [connections.check().await, connections.migrate().await] {
        assert!(
            matches!(&answer, Err(OpenError::Newer(name)) if name == NEWER),
            "{answer:?}"
        );
    }
}

/// The applied migrations, with the time of each.
async fn history(connection: &DatabaseConnection) -> Vec<(String, i64)> {
    rows(
        connection,
        "SELECT version, applied_at FROM seaql_migrations ORDER BY version",
    )
    .await
    .iter()
    .map(|row| {
        (
            row.try_get("", "version").unwrap(),
            row.try_get("", "applied_at").unwrap(),
        )
    })
    .collect()
}

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection
        .query_all_raw(statement)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// A column: its name, its type in the words of the database, and whether it may be null.
type Column = (String, String, bool);

async fn every_table_has_exactly_the_columns_of_its_entity(database: TestDatabase) {
    let connection = database.connection().await;
    let mut known = vec!["seaql_migrations".to_owned()];
    macro_rules! check {
        ($($noun:ident),+ $(,)?) => {$(
            known.push(stringify!($noun).to_owned());
            assert_same_shape(entity::$noun::Entity, &connection).await;
        )+};
    }
    check![
        account,
        agreement,
        application,
        assessment,
        audit_event,
        award,
        budget,
        budget_day,
        budget_entry,
        call,
        criterion,
        criterion_score,
        decision,
        fiscal_year,
        fund,
        idempotency_key,
        instalment,
        ledger_head,
        lot,
        membership,
        organisation,
        outbox,
        partner,
        payment_request,
        programme,
        recovery,
        refresh_token,
        role_grant,
        submission,
        transfer,
        user,
    ];
    known.sort();
    assert_eq!(
        tables(&connection).await,
        known,
        "every table has an entity, and is named in this test"
    );
}

async fn assert_same_shape<E: EntityTrait>(entity: E, connection: &DatabaseConnection) {
    let backend = connection.get_database_backend();
    let mut declared: Vec<Column> = E::Column::iter()
        .map(|column| {
            let definition = column.def();
            let name = sea_orm::Iden::to_string(&column);
            (
                name,
                type_name(definition.get_column_type(), backend).to_owned(),
                definition.is_null(),
            )
        })
        .collect();
    declared.sort();
    assert_eq!(
        columns(connection, entity.table_name()).await,
        declared,
        "table {}",
        entity.table_name()
    );
    E::find()
        .one(connection)
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", entity.table_name()));
}

/// How each database calls the type of an entity's column.
fn type_name(column: &ColumnType, backend: DbBackend) -> &'static str {
    let postgres = backend == DbBackend::Postgres;
    match column {
        ColumnType::Uuid => {
            if postgres {
                "uuid"
            } else {
                "blob"
            }
        }
        ColumnType::BigInteger => {
            if postgres {
                "bigint"
            } else {
                "integer"
            }
        }
        ColumnType::Integer => "integer",
        ColumnType::Boolean => {
            if postgres {
                "boolean"
            } else {
                "integer"
            }
        }
        ColumnType::Text | ColumnType::String(_) => "text",
        ColumnType::Date => {
            if postgres {
                "date"
            } else {
                "text"
            }
        }
        other => panic!("no table has a column of type {other:?} yet: say here how the databases call it"),
    }
}

async fn columns(connection: &DatabaseConnection, table: &str) -> Vec<Column> {
    let sql = match connection.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name::text AS name, data_type::text AS type, (is_nullable = 'YES')::int AS nullable
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
        ),
        _ => format!("SELECT name, lower(type) AS type, NOT \"notnull\" AS nullable FROM pragma_table_info('{table}')"),
    };
    let mut columns: Vec<Column> = rows(connection, &sql)
        .await
        .iter()
        .map(|row| {
            let nullable: i32 = row.try_get("", "nullable").unwrap();
            (
                row.try_get("", "name").unwrap(),
                row.try_get("", "type").unwrap(),
                nullable == 1,
            )
        })
        .collect();
    columns.sort();
    columns
}

async fn tables(connection: &DatabaseConnection) -> Vec<String> {
    let sql = match connection.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
        _ => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let mut tables: Vec<String> = rows(connection, sql)
        .await
        .iter()
        .map(|row| row.try_get("", "name").unwrap())
        .collect();
    tables.sort();
    tables
}

async fn transfers_audit_events_and_submissions_are_never_changed_nor_deleted(database: TestDatabase) {
    let connection = database.connection().await;
    insert_orphans(&connection).await;
    for (table, change) in [
        ("transfer", "amount_minor = 1"),
        ("audit_event", "after = '{}'"),
        ("submission", "snapshot = '{}'"),
    ] {
        let mut attempts = vec![format!("UPDATE {table} SET {change}"), format!("DELETE FROM {table}")];
        if connection.get_database_backend() == DbBackend::Postgres {
            attempts.push(format!("TRUNCATE {table} CASCADE"));
        }
        for sql in attempts {
            let refusal = connection.execute_unprepared(&sql).await.expect_err(&sql).to_string();
            assert!(refusal.contains(&format!("{table} is append-only")), "{sql}: {refusal}");
        }
    }
    assert_eq!(
        entity::transfer::Entity::find().all(&connection).await.unwrap(),
        [transfer()]
    );
    assert_eq!(entity::audit_event::Entity::find().count(&connection).await.unwrap(), 1);
    assert_eq!(entity::submission::Entity::find().count(&connection).await.unwrap(), 1);
}

/// One row in each append-only table, without the dozen rows that they refer to.
async fn insert_orphans(connection: &DatabaseConnection) {
    let (without_parents, with_parents) = match connection.get_database_backend() {
        // `replica` suspends foreign keys, and with them the triggers under test: hence the way back.
        DbBackend::Postgres => (
            "SET session_replication_role = replica",
            "SET session_replication_role = origin",
        ),
        _ => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    };
    connection.execute_unprepared(without_parents).await.unwrap();
    let transfer = entity::transfer::Entity::insert(transfer().into_active_model());
    transfer.exec_without_returning(connection).await.unwrap();
    let audit_event = entity::audit_event::Entity::insert(audit_event().into_active_model());
    audit_event.exec_without_returning(connection).await.unwrap();
    let submission = entity::submission::Entity::insert(submission().into_active_model());
    submission.exec_without_returning(connection).await.unwrap();
    connection.execute_unprepared(with_parents).await.unwrap();
}

fn transfer() -> entity::transfer::Model {
    entity::transfer::Model {
        id: TransferId(Uuid::from_u128(1)),
        fund_id: FundId(Uuid::from_u128(2)),
        seq: 1,
        kind: TransferKind::Open,
        debit_account_id: AccountId(Uuid::from_u128(3)),
        credit_account_id: AccountId(Uuid::from_u128(4)),
        amount_minor: 6_880_000_000,
        debit_balance_minor: -6_880_000_000,
        credit_balance_minor: 6_880_000_000,
        effective_on: date!(2018 - 06 - 20),
        recorded_at: Instant(1_529_481_600_000_000),
        actor_id: None,
        reason: "Voted".to_owned(),
        document: None,
        subject_kind: NodeKind::Fund,
        subject_id: Uuid::from_u128(2),
        idempotency_key: None,
        reverses_id: None,
        audit_event_id: AuditEventId(Uuid::from_u128(5)),
        previous_hash: "0".repeat(64),
        hash: "1".repeat(64),
    }
}

fn audit_event() -> entity::audit_event::Model {
    entity::audit_event::Model {
        id: AuditEventId(Uuid::from_u128(5)),
        at: Instant(0),
        actor_id: None,
        request_id: Uuid::from_u128(6),
        action: "fund.open".to_owned(),
        subject_kind: NodeKind::Fund,
        subject_id: Uuid::from_u128(2),
        before: None,
        after: r#"{"status":"ACTIVE"}"#.to_owned(),
    }
}

fn submission() -> entity::submission::Model {
    entity::submission::Model {
        id: SubmissionId(Uuid::from_u128(7)),
        application_id: ApplicationId(Uuid::from_u128(8)),
        number: 1,
        snapshot: r#"{"title":"An application"}"#.to_owned(),
        sha256: "2".repeat(64),
        submitted_by: UserId(Uuid::from_u128(9)),
        submitted_at: Instant(0),
    }
}
