//! Tamperings by name: what is done by hand, and how it is found.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use super::forge::rechain;
use super::{Scene, faults};
use crate::harness::{TestApp, TestDatabase, octroi};

/// What is done by hand, and what must then be found. Each is undone before the next.
const TAMPERINGS: [(&str, &str); 36] = [
    // Accounts.
    (
        "UPDATE account SET credits_minor = credits_minor + 1 WHERE kind = 'CALL'",
        "(CALL): stored balance is not the journal's",
    ),
    (
        "UPDATE account SET version = version + 1 WHERE kind = 'ENVELOPE'",
        "(ENVELOPE): stored balance is not the journal's",
    ),
    (
        "UPDATE account SET credits_minor = credits_minor + 1 WHERE kind = 'CONSUMED'",
        "FTAP book CP: its accounts are debited by",
    ),
    (
        "UPDATE account SET call_id = NULL WHERE kind = 'RESERVED'",
        "(RESERVED): it is not where its owner is",
    ),
    (
        "UPDATE account SET owner_id = fund_id
            WHERE id IN (SELECT id FROM account WHERE kind = 'LAPSED' ORDER BY id LIMIT 1)",
        "(LAPSED): its owner is not in the fund",
    ),
    (
        "UPDATE account SET fiscal_year = 2018 WHERE kind = 'ENVELOPE'",
        "(ENVELOPE): commitment authority is of no fiscal year",
    ),
    (
        "UPDATE account SET book = 'CP', fiscal_year = 2018 WHERE kind = 'LAPSED'",
        "(LAPSED): there is no such account in its book",
    ),
    ("DELETE FROM account WHERE kind = 'LAPSED'", "is not in the fund"),
    // Budgets, their entries and days.
    (
        "UPDATE budget SET paid_minor = paid_minor + 1 WHERE node_kind = 'AWARD'",
        "budget of AWARD",
    ),
    ("DELETE FROM budget WHERE node_kind = 'CALL'", "it is missing"),
    (
        "UPDATE budget SET node_kind = 'CALL' WHERE node_kind = 'FUND'",
        "it is not where its node is",
    ),
    (
        "UPDATE budget_entry SET paid_minor = paid_minor + 1 WHERE seq = 50",
        "after transfer 50: it was altered",
    ),
    (
        "DELETE FROM budget_entry WHERE seq = 51",
        "after transfer 51: it is missing",
    ),
    (
        "UPDATE budget_entry SET seq = 5000 WHERE seq = 52",
        "after transfer 52: it is missing",
    ),
    (
        "UPDATE budget_day SET paid_minor = paid_minor + 1 WHERE paid_minor > 0",
        "it is not the sum of its transfers",
    ),
    (
        "DELETE FROM budget_day WHERE envelope_minor = 0 AND programme_minor = 0 AND call_minor = 0
            AND reserved_minor = 0 AND award_minor = 0 AND ordered_minor = 0 AND paid_minor = 0
            AND recoverable_minor = 0 AND recovered_minor = 0 AND lapsed_minor = 0",
        "on 2018-06-22: it is missing",
    ),
    (
        "UPDATE budget_day SET effective_on = '2019-12-31' WHERE lapsed_minor > 0",
        "on 2018-06-29: it is missing",
    ),
    // The journal.
    (
        "UPDATE transfer SET reason = 'Nothing to see' WHERE seq = 1",
        "transfer 1: it was altered",
    ),
    (
        "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE seq = 2",
        "transfer 2: it was altered",
    ),
    (
        "DELETE FROM transfer WHERE seq = 30",
        "transfer 31: a transfer before this one is missing",
    ),
    (
        "DELETE FROM transfer WHERE seq > 60",
        "the end of the journal is missing or was added: it is transfer 60",
    ),
    (
        "UPDATE transfer SET kind = 'OPENS' WHERE kind = 'RELEASE'",
        "it cannot be read",
    ),
    (
        "UPDATE ledger_head SET seq = seq + 1",
        "the end of the journal is missing or was added",
    ),
    (
        "UPDATE ledger_head SET recorded_at = recorded_at + 1",
        "OTHER ledger_head: its instant is not that of transfer",
    ),
    ("DELETE FROM ledger_head", "FTAP ledger_head: it is missing"),
    // Whoever stands where the money stands.
    (
        "UPDATE award SET status = 'COMPLETED'",
        "is COMPLETED and no audit event says so",
    ),
    (
        "UPDATE award SET amount_minor = amount_minor + 1, decommitted_minor = decommitted_minor + 1
            WHERE status = 'IN_PROGRESS'",
        "it is IN_PROGRESS and its money is elsewhere",
    ),
    (
        "UPDATE instalment SET amount_minor = amount_minor + 1 WHERE status = 'SCHEDULED'",
        "its instalments add up to",
    ),
    (
        "UPDATE instalment SET status = 'SCHEDULED' WHERE status = 'PAID'",
        "it is SCHEDULED, and 40000 of it is paid and 0 ordered",
    ),
    (
        "UPDATE payment_request SET status = 'PAID' WHERE status = 'ORDERED'",
        "it is PAID for 30000, and its transfers are [ORDER], and of payment credits ORDER",
    ),
    (
        "UPDATE payment_request SET ordered_at = NULL WHERE status = 'REJECTED'",
        "and its transfers are [ORDER, REJECT]",
    ),
    (
        "UPDATE recovery SET status = 'RECEIVED' WHERE status = 'ISSUED'",
        "it is RECEIVED for 2000, and its transfers are [RECOVERY_ISSUED]",
    ),
    (
        "UPDATE recovery SET reinstated_at = NULL",
        "its reinstated_at is null and no audit event says so",
    ),
    (
        "DELETE FROM recovery WHERE status = 'CANCELLED'",
        "it was made, and is not there any more",
    ),
    (
        "UPDATE fiscal_year SET status = 'OPEN' WHERE year = 2017",
        "its status is OPEN and no audit event says so",
    ),
    (
        "DELETE FROM fiscal_year WHERE year = 2019",
        "the fund has no fiscal year 2019",
    ),
];

/// What is done to the audit trail.
const UNTOLD: [(&str, &str); 2] = [
    (
        "DELETE FROM audit_event WHERE action = 'fund.reduce_envelope'",
        "its audit event is missing",
    ),
    (
        "DELETE FROM audit_event WHERE action = 'payment_request.certify'",
        "its audit events do not lead to one another",
    ),
];

/// What a forger does who then makes every hash fit again, up to the head.
const FORGERIES: [(&str, &str); 9] = [
    (
        "UPDATE transfer SET reverses_id = NULL WHERE kind = 'REJECT'",
        "it does not name the order it undoes",
    ),
    (
        "UPDATE transfer SET reverses_id = (SELECT id FROM transfer WHERE kind = 'RELEASE') WHERE seq =
            (SELECT max(seq) FROM transfer WHERE kind = 'DEALLOCATE' AND reverses_id IS NOT NULL)",
        "the other way round",
    ),
    (
        "UPDATE transfer SET reverses_id = audit_event_id WHERE kind = 'RELEASE'",
        "which it undoes, does not exist",
    ),
    (
        "UPDATE transfer SET audit_event_id = (SELECT id FROM audit_event WHERE action = 'fund.set_policy'
            ORDER BY at LIMIT 1) WHERE kind = 'RELEASE'",
        "is of another change",
    ),
    (
        "UPDATE transfer SET subject_id = audit_event_id WHERE kind = 'RELEASE'",
        "which it is about, does not exist or has no such money",
    ),
    (
        "UPDATE transfer SET kind = 'RECOVERY_CANCELLED' WHERE kind = 'RECOVERY_RECEIVED'",
        "the chart of accounts does not permit RECOVERY_CANCELLED",
    ),
    (
        "UPDATE transfer SET effective_on = '2018-01-02' WHERE kind = 'RELEASE'",
        "on 2018-01-02: it is missing",
    ),
    (
        "UPDATE transfer SET recorded_at = 1 WHERE kind = 'RELEASE'",
        "it was recorded before the one before",
    ),
    (
        "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE kind = 'RELEASE'",
        "does not follow from the transfers before",
    ),
];

pub async fn each_tampering_is_found_with_its_place(app: TestApp) {
    let scene = Scene::new(app).await;
    for (tampering, expected) in TAMPERINGS.into_iter().chain(UNTOLD) {
        scene.tamper(tampering).await;
        scene.expect(tampering, expected).await;
        scene.restore().await;
        scene.app.verify().await;
    }
}

pub async fn a_forger_who_makes_the_chain_fit_again_is_found_too(app: TestApp) {
    let scene = Scene::new(app).await;
    for (forgery, expected) in FORGERIES {
        scene.tamper(forgery).await;
        rechain(&scene.connection).await;
        let found = scene.expect(forgery, expected).await;
        let broken = found.iter().find(|fault| fault.contains("it was altered: its hash"));
        assert_eq!(broken, None, "{forgery}: the chain does not fit");
        scene.restore().await;
        scene.app.verify().await;
    }
}

pub async fn the_program_says_whether_the_ledger_is_whole(app: TestApp) {
    let scene = Scene::new(app).await;
    let whole = octroi(&scene.app.storage, &["verify"]);
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    let told = String::from_utf8_lossy(&whole.stdout);
    assert!(told.starts_with("Verified ") && told.ends_with("no fault.\n"), "{told}");
    scene.tamper("DELETE FROM transfer WHERE seq = 30").await;
    scene.tamper("UPDATE award SET status = 'COMPLETED'").await;
    let found = faults(&scene.app).await;
    let broken = octroi(&scene.app.storage, &["verify"]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let told = String::from_utf8_lossy(&broken.stdout);
    let mut told: Vec<&str> = told.lines().collect();
    let totals = told.pop().unwrap_or_default();
    assert!(totals.ends_with(&format!("{} faults.", found.len())), "{totals}");
    assert_eq!(
        told.into_iter().collect::<BTreeSet<_>>(),
        found.iter().map(String::as_str).collect()
    );
    let first = String::from_utf8_lossy(&broken.stderr);
    assert_eq!(first, format!("octroi: first fault: {}\n", found[0]));
    let unknown = TestDatabase::empty(scene.engine).await;
    let unknown = octroi(&unknown, &["verify"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
}

impl Scene {
    async fn tamper(&self, sql: &str) {
        let done = self.connection.execute_unprepared(sql).await.expect(sql);
        assert!(done.rows_affected() > 0, "{sql} does nothing");
    }

    async fn expect(&self, tampering: &str, expected: &str) -> Vec<String> {
        let found = faults(&self.app).await;
        assert!(
            found.iter().any(|fault| fault.contains(expected)),
            "{tampering}: {found:#?}"
        );
        found
    }
}
