//! Having a ledger verified over the contract.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::world::World;
use crate::flows::stage;
use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![a_ledger_is_verified_for_its_auditors_and_what_was_altered_is_named];

const VERIFY: &str = "query($fund: ID!) { verifyLedger(fundId: $fund) {
    sound transfers accounts faults { place what } } }";

/// Verifies; other tests of this process may be verifying too.
async fn verify(app: &TestApp, who: &Persona, fund: &str) -> Value {
    loop {
        let mut answer = app.ask(who, VERIFY, json!({ "fund": fund })).await;
        if answer["errors"][0]["extensions"]["code"] != "UNAVAILABLE" {
            assert!(answer["errors"].is_null(), "{answer:#}");
            return answer["data"]["verifyLedger"].take();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn a_ledger_is_verified_for_its_auditors_and_what_was_altered_is_named(app: TestApp) {
    let world = World::new(&app).await;
    let auditor = app.as_auditor().await;
    let sound = verify(&app, &auditor, &world.fund_id).await;
    let last = stage::last_transfer(&app, &world.fund_id).await;
    let seq = stage::field(&app, &auditor, &last, "Transfer", "seq").await;
    assert_eq!(
        (&sound["sound"], &sound["transfers"], &sound["faults"]),
        (&json!(true), &seq, &json!([]))
    );

    let (other, _) = world.another(&app).await;
    let db = app.storage.connection().await;
    let update = "UPDATE account SET credits_minor = credits_minor + 1 WHERE kind = 'ENVELOPE'";
    db.execute_unprepared(update).await.expect("an update");
    for fund in [&world.fund_id, &other] {
        let broken = verify(&app, &auditor, fund).await;
        assert_eq!(broken["sound"], json!(false));
        let faults = broken["faults"].as_array().expect("faults");
        assert!(
            faults
                .iter()
                .any(|fault| fault["place"].as_str().is_some_and(|place| place.contains("ENVELOPE"))),
            "{broken:#}"
        );
    }
    for who in [&world.finance, &world.manager, &world.chair] {
        let refused = app.error_code(who, VERIFY, json!({ "fund": world.fund_id })).await;
        assert_eq!(refused, "FORBIDDEN");
    }
}
