//! One key, sent many times at once, by one client or by two that do not know of each other.

use serde_json::{Value, json};

use super::track::{AT_ONCE, Entry, Finish, Round, Track, expected, outcomes, winners};
use super::venue::{Cast, Venue, global};
use crate::flows::stage::{adoption_input, fresh_key, order_input, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_key_sent_many_times_at_once_has_one_effect_and_one_answer,
    a_key_sent_at_once_for_two_operations_serves_one_of_them,
    a_key_sent_at_once_to_two_funds_serves_one_of_them,
];

const ADOPTED: &str = "replayed decision { id status adoptedAt award { id createdAt } }
    postings { kind amount { amount } debit { balance { amount } } credit { balance { amount } } }";

async fn a_key_sent_many_times_at_once_has_one_effect_and_one_answer(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(rounds.len(), "1.00").await;
    let mut adopted = 0;
    for round in &rounds {
        // Every fourth time there is no money, and the refusal is the answer.
        let endowed = round.number % 4 != 0;
        if endowed {
            venue.endow("1.00").await;
        }
        let decision = venue.decisions.pop().expect("a decision");
        let adoption = Entry::new(&cast.chair.persona, "adoptDecision", adoption_input(&global(decision)));
        let finishes = round.race(vec![adoption.selecting(ADOPTED); 2 * AT_ONCE]).await;
        let counted = outcomes(&finishes);
        if endowed {
            adopted += 1;
            assert_eq!(counted, expected([("OK", 1), ("OK again", 63)]), "{round}");
            check_alike(round, &finishes);
        } else {
            let refused = expected([("INSUFFICIENT_FUNDS", 1), ("INSUFFICIENT_FUNDS again", 63)]);
            assert_eq!(counted, refused, "{round}");
        }
        assert_eq!(
            round.budget(&cast.finance.persona, &global(venue.call)).await,
            format!("available 0.00, reserved {adopted}.00, committed 0.00, ordered 0.00, paid 0.00"),
            "{round}"
        );
    }
    track.finish().await;
}

async fn a_key_sent_at_once_for_two_operations_serves_one_of_them(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let (venue, officer) = (cast.venue(0, "").await, &cast.finance.persona);
    let (mut available, mut firsts) = (0, 0);
    for round in &track.few_rounds() {
        let allocation = |amount| order_input(amount, json!({ "to": global(venue.call) }));
        let one = Entry::new(officer, "allocateBudget", allocation("1.00")).selecting("replayed");
        let input = with(
            allocation("2.00"),
            json!({ "idempotencyKey": one.input["idempotencyKey"] }),
        );
        let two = Entry::new(officer, "allocateBudget", input).selecting("replayed");
        let mut entries = vec![one; AT_ONCE / 2];
        entries.extend(vec![two; AT_ONCE / 2]);
        let finishes = round.race(entries).await;
        let counted = outcomes(&finishes);
        let served = expected([("OK", 1), ("OK again", 15), ("IDEMPOTENCY_KEY_REUSED", 16)]);
        assert_eq!(counted, served, "{round}");
        let amount = &winners(&finishes)[0].0.input["amount"];
        assert!(
            winners(&finishes)
                .iter()
                .all(|(entry, _)| entry.input["amount"] == *amount),
            "{round}"
        );
        let first = amount["amount"] == "1.00";
        available += if first { 1 } else { 2 };
        firsts += usize::from(first);
        assert_eq!(
            round.budget(officer, &global(venue.call)).await,
            format!("available {available}.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"),
            "{round}"
        );
    }
    assert!(0 < firsts && firsts < track.few_rounds().len(), "one side never won");
    track.finish().await;
}

/// Two funds have two journals, so here the key is all that the requests have in common. Eight keys at once, each of
/// them twice for the one fund and twice for the other.
async fn a_key_sent_at_once_to_two_funds_serves_one_of_them(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let venues = [cast.venue(0, "").await, cast.venue(0, "").await];
    let officer = &cast.finance.persona;
    let mut served = [0, 0];
    for round in &track.few_rounds() {
        let both = (0..AT_ONCE / 4).flat_map(|_| {
            let key = json!({ "idempotencyKey": fresh_key() });
            let allocation = |venue: &Venue<'_>| {
                let input = order_input("1.00", json!({ "to": global(venue.call) }));
                let input = with(input, key.clone());
                Entry::new(officer, "allocateBudget", input).selecting("replayed")
            };
            let [one, other] = [allocation(&venues[0]), allocation(&venues[1])];
            [one.clone(), one, other.clone(), other]
        });
        let finishes = round.race(both.collect()).await;
        let counted = outcomes(&finishes);
        let expected = expected([("OK", 8), ("OK again", 8), ("IDEMPOTENCY_KEY_REUSED", 16)]);
        assert_eq!(counted, expected, "{round}");
        for (venue, served) in venues.iter().zip(&mut served) {
            let call = global(venue.call);
            let won = winners(&finishes);
            let done = won.iter().filter(|(entry, payload)| {
                let first = payload["replayed"] == false;
                first && entry.input["to"] == *call
            });
            *served += done.count();
            assert_eq!(
                round.budget(officer, &call).await,
                format!("available {served}.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"),
                "{round}"
            );
        }
    }
    track.finish().await;
}

/// The answers of those that won are one answer, given again and again.
fn check_alike(round: &Round<'_>, finishes: &[Finish<'_>]) {
    let answer = |payload: &Value| with(payload.clone(), json!({ "replayed": null }));
    let winners = winners(finishes);
    let first = answer(winners[0].1);
    for (_, payload) in winners {
        assert_eq!(answer(payload), first, "{round}");
    }
}
