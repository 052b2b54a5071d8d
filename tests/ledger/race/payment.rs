//! A payment goes its way once, whoever wants to take it there.

use serde_json::{Value, json};

use super::track::{AT_ONCE, Entry, Track, expected, outcomes, winners};
use super::venue::{Cast, Runner, global};
use crate::flows::stage::{claim_input, fresh_key, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_payment_is_confirmed_or_returned_once,
    an_instalment_is_claimed_certified_approved_and_ordered_once,
];

async fn a_payment_is_confirmed_or_returned_once(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(1, "1000.00").await;
    venue.endow("1000.00").await;
    let (award, instalments) = venue.award(&["1000.00"]).await;
    let mut paid = 0;
    for round in &rounds {
        let payment = venue.approved(instalments[0], "1.00").await;
        venue.order(payment).await;
        let halves = (0..AT_ONCE / 2).flat_map(|_| {
            let input = json!({ "paymentRequestId": global(payment), "idempotencyKey": fresh_key() });
            let confirmation = with(input.clone(), json!({ "reference": "SEPA 2018-42" }));
            let key = json!({ "reason": "Account closed", "idempotencyKey": fresh_key() });
            [("confirmPayment", confirmation), ("returnPayment", with(input, key))]
        });
        let entries = halves.map(|(name, input)| Entry::new(&cast.finance.persona, name, input));
        let finishes = round.race(entries.collect()).await;
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("OK", 1), ("INVALID_STATE", 31)]), "{round}");
        paid += usize::from(winners(&finishes)[0].0.name == "confirmPayment");
        assert_eq!(
            round.budget(&cast.finance.persona, &global(award)).await,
            format!("available 0.00, reserved 0.00, committed 1000.00, ordered {paid}.00, paid {paid}.00"),
            "{round}"
        );
    }
    assert!(0 < paid && paid < rounds.len(), "one side never won");
    track.finish().await;
}

async fn an_instalment_is_claimed_certified_approved_and_ordered_once(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.few_rounds();
    let mut venue = cast.venue(1, "1000.00").await;
    venue.endow("1000.00").await;
    let amount = format!("{}.00", 1000 / rounds.len());
    let (award, instalments) = venue.award(&vec![amount.as_str(); rounds.len()]).await;
    let mut ordered = 0;
    for (round, instalment) in rounds.iter().zip(instalments.into_iter().map(global)) {
        let race = async |who: &Runner, name: &'static str, input: &dyn Fn() -> Value| {
            let entries = (0..AT_ONCE).map(|_| Entry::new(&who.persona, name, input()));
            let counted = outcomes(&round.race(entries.collect()).await);
            assert_eq!(counted, expected([("INVALID_STATE", 31), ("OK", 1)]), "{name}, {round}");
        };
        let claim = || claim_input(&instalment, &amount);
        race(&cast.applicant, "requestPayment", &claim).await;
        let claims = "paymentRequests { id }";
        let claims = round
            .field(&cast.applicant.persona, &instalment, "Instalment", claims)
            .await;
        assert_eq!(claims.as_array().map(Vec::len), Some(1), "{round}");
        let step = || json!({ "paymentRequestId": claims[0]["id"] });
        let keyed = || with(step(), json!({ "idempotencyKey": fresh_key() }));
        race(&cast.manager, "certifyPayment", &step).await;
        race(&cast.finance, "approvePayment", &step).await;
        race(&cast.treasurer, "orderPayment", &keyed).await;
        ordered += 1000 / rounds.len();
        assert_eq!(
            round.budget(&cast.finance.persona, &global(award)).await,
            format!("available 0.00, reserved 0.00, committed 1000.00, ordered {ordered}.00, paid 0.00"),
            "{round}"
        );
    }
    track.finish().await;
}
