//! The program as an operator runs it: started, stopped, killed, verified.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::{EmptyDatabase, Engine, Octroi, octroi, on_both_databases};

on_both_databases![
    the_server_lets_go_when_it_is_told_to_stop,
    what_was_acknowledged_and_who_was_signed_in_outlive_a_crash,
    an_empty_database_is_prepared_by_one_command,
];

async fn the_server_lets_go_when_it_is_told_to_stop(server: Octroi) {
    assert_eq!(
        server.graphql(None, "{ __typename }", Value::Null).await["data"],
        json!({ "__typename": "Query" })
    );
    let status = server.terminate().await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(server.log().contains("Octroi has stopped"), "{}", server.log());
}

async fn what_was_acknowledged_and_who_was_signed_in_outlive_a_crash(server: Octroi) {
    let auditor = server.as_auditor().await;
    let token = server.token(&auditor).await;
    server.kill();
    let server = Octroi::serve(&server.storage).await;
    let answer = server
        .graphql(Some(&token), "{ viewer { roles { role } } }", Value::Null)
        .await;
    assert_eq!(
        answer["data"]["viewer"]["roles"],
        json!([{ "role": "AUDITOR" }]),
        "{answer:#}"
    );
    let verified = octroi(&server.storage, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

async fn an_empty_database_is_prepared_by_one_command(EmptyDatabase(storage): EmptyDatabase) {
    let refused = octroi(&storage, &["verify"]);
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && reason.contains("octroi migrate"),
        "{refused:?}"
    );

    let migrated = octroi(&storage, &["migrate"]);
    let engine = if storage.engine == Engine::Sqlite {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    assert_eq!(
        String::from_utf8_lossy(&migrated.stdout),
        format!("The {engine} database is up to date.\n")
    );

    let admin = [
        "admin",
        "create",
        "--email",
        "ada@example.org",
        "--name",
        "Ada",
        "--password",
        "a rather long phrase",
    ];
    let created = octroi(&storage, &admin);
    assert!(created.status.success(), "{created:?}");
    assert!(
        !octroi(&storage, &admin).status.success(),
        "one account for each address"
    );
    assert!(octroi(&storage, &["verify"]).status.success());

    // Ready on it at once: nothing is left to migrate.
    drop(Octroi::serve(&Arc::new(storage)).await);
}
