//! Whatever is changed by hand, past the program and its triggers, is found by `octroi verify`, with its place.

use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::flows::stage;
use crate::harness::{Engine, TestApp, octroi, on_both_databases};

on_both_databases![whatever_is_changed_by_hand_is_found_with_its_place];

/// What is done by hand, and what must then be found. Each is done on top of those before.
const TAMPERINGS: [(&str, &str); 11] = [
    (
        "UPDATE account SET credits_minor = credits_minor + 1 WHERE kind = 'CALL'",
        "(CALL): stored balance is not the journal's",
    ),
    (
        "UPDATE account SET version = version + 1 WHERE kind = 'ENVELOPE'",
        "(ENVELOPE): stored balance is not the journal's",
    ),
    (
        "UPDATE budget SET paid_minor = paid_minor + 1 WHERE node_kind = 'AWARD'",
        "budget of AWARD",
    ),
    ("DELETE FROM budget WHERE node_kind = 'PROGRAMME'", "missing"),
    (
        "UPDATE transfer SET reason = 'Nothing to see' WHERE seq = 1",
        "transfer 1: it was altered",
    ),
    (
        "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE seq = 2",
        "transfer 2: it was altered",
    ),
    (
        "DELETE FROM transfer WHERE seq = 3",
        "transfer 4: a transfer before this one is missing",
    ),
    (
        "UPDATE ledger_head SET seq = seq + 1",
        "the end of the journal is missing or was added",
    ),
    (
        "UPDATE award SET status = 'COMPLETED'",
        "is COMPLETED and no audit event says so",
    ),
    (
        "UPDATE payment_request SET status = 'PAID'",
        "it is PAID for 40000, and its transfers are [ORDER]",
    ),
    (
        "DELETE FROM audit_event WHERE action = 'fund.allocate'",
        "its audit event is missing",
    ),
];

async fn whatever_is_changed_by_hand_is_found_with_its_place(app: TestApp) {
    stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    app.verify().await;
    let connection = app.storage.connection().await;
    lift_the_triggers(app.storage.engine, &connection).await;
    let mut known = faults(&app).await;
    assert_eq!(known, [""; 0], "lifting them changes nothing yet");
    for (tampering, expected) in TAMPERINGS {
        let done = connection.execute_unprepared(tampering).await.expect(tampering);
        assert!(done.rows_affected() > 0, "{tampering} does nothing");
        let found = faults(&app).await;
        let new: Vec<_> = found.iter().filter(|fault| !known.contains(fault)).collect();
        assert!(
            new.iter().any(|fault| fault.contains(expected)),
            "{tampering}: {new:#?}"
        );
        known = found;
    }
    let verified = octroi(&app.storage, &["verify"]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    let mut printed: Vec<String> = String::from_utf8_lossy(&verified.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    printed.sort();
    known.sort();
    assert_eq!(printed, known);
}

async fn faults(app: &TestApp) -> Vec<String> {
    let report = domain::audit::verify::verify(&app.database, &mut |_| ()).await;
    let faults = report.expect("a report").faults;
    faults.iter().map(ToString::to_string).collect()
}

/// What somebody who owns the database can always do.
async fn lift_the_triggers(engine: Engine, connection: &DatabaseConnection) {
    // What was told to the world keeps its audit event from being deleted.
    connection
        .execute_unprepared("DELETE FROM outbox")
        .await
        .expect("the outbox");
    for table in ["transfer", "audit_event"] {
        let statements = match engine {
            Engine::Sqlite => ["updated", "deleted"]
                .map(|what| format!("DROP TRIGGER {table}_never_{what}"))
                .to_vec(),
            Engine::Postgres => vec![format!("ALTER TABLE {table} DISABLE TRIGGER USER")],
        };
        for statement in statements {
            connection
                .execute_unprepared(&statement)
                .await
                .expect("the trigger is lifted");
        }
    }
}
