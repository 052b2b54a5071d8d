//! What was paid is claimed back once, and the claim is settled once.

use serde_json::{Value, json};

use super::track::{AT_ONCE, Entry, Track, expected, outcomes, winners};
use super::venue::{Cast, global};
use crate::flows::stage::{fresh_key, order_input};
use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![the_last_euro_paid_is_claimed_back_once_and_the_claim_is_settled_once];

async fn the_last_euro_paid_is_claimed_back_once_and_the_claim_is_settled_once(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let (rounds, officer) = (track.rounds(), &cast.finance.persona);
    let mut venue = cast.venue(1, "1000.00").await;
    venue.endow("1000.00").await;
    let (award, instalments) = venue.award(&["1000.00"]).await;
    let award = global(award);
    let (mut paid, mut received) = (0, 0);
    for round in &rounds {
        // What was given up counts as paid again.
        if paid == received {
            let payment = venue.approved(instalments[0], "1.00").await;
            venue.order(payment).await;
            venue.confirm(payment).await;
            paid += 1;
        }
        let claim = || order_input("1.00", json!({ "awardId": award }));
        let claims = (0..AT_ONCE).map(|_| Entry::new(officer, "issueRecovery", claim()).selecting("recovery { id }"));
        let finishes = round.race(claims.collect()).await;
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("OK", 1), ("INSUFFICIENT_FUNDS", 31)]), "{round}");

        let recovery = &winners(&finishes)[0].1["recovery"]["id"];
        let finishes = round.race(settlements(officer, recovery)).await;
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("OK", 1), ("INVALID_STATE", 31)]), "{round}");
        received += usize::from(winners(&finishes)[0].0.name == "receiveRecovery");
        assert_eq!(
            round.budget(officer, &award).await,
            format!("available 0.00, reserved 0.00, committed 1000.00, ordered {paid}.00, paid {paid}.00"),
            "{round}"
        );
        assert_eq!(
            round.undone(officer, &award).await,
            format!("recoverable 0.00, recovered {received}.00, lapsed 0.00"),
            "{round}"
        );
    }
    assert!(0 < received && received < rounds.len(), "one side never won");
    track.finish().await;
}

/// A claim received sixteen times, and given up sixteen times.
fn settlements<'a>(officer: &'a Persona, recovery: &Value) -> Vec<Entry<'a>> {
    let both = (0..AT_ONCE / 2).flat_map(|_| {
        let received = json!({ "recoveryId": recovery, "reference": "SEPA 7", "idempotencyKey": fresh_key() });
        let given_up = json!({ "recoveryId": recovery, "reason": "Insolvent", "idempotencyKey": fresh_key() });
        [("receiveRecovery", received), ("cancelRecovery", given_up)]
    });
    both.map(|(name, input)| Entry::new(officer, name, input)).collect()
}
