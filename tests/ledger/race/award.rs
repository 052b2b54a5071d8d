//! The last euro of an award: for one payment or another, or taken back.

use std::collections::BTreeSet;

use entity::value::AwardId;
use serde_json::json;

use super::track::{AT_ONCE, Entry, Finish, Round, Track, expected, outcomes, winners};
use super::venue::{Cast, global, orders};
use crate::flows::stage::order_input;
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    the_last_euro_of_an_award_goes_to_one_of_four_payments,
    the_last_euros_of_an_award_are_ordered_or_decommitted_once_each,
    the_last_payment_of_an_award_is_ordered_or_decommitted,
];

/// Four payments of one euro, each ordered eight times, of an award of which one euro is left.
///
/// Payments that each fit their instalment fit the award together: its schedule always adds up to what is left of it.
/// So they meet where it was shortened after they were approved, from its end: the euro is that of the first
/// instalment, and whoever orders another is told that it is not there.
async fn the_last_euro_of_an_award_goes_to_one_of_four_payments(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(rounds.len(), "4.00").await;
    for round in &rounds {
        venue.endow("4.00").await;
        let (award, instalments) = venue.award(&["1.00"; 4]).await;
        let payments = venue.all_approved(&instalments, "1.00").await;
        venue.decommit(award, "3.00").await;
        let finishes = round.race(orders(&cast.treasurer, &payments, AT_ONCE)).await;
        let counted = outcomes(&finishes);
        let refused = expected([("OK", 1), ("INVALID_STATE", 7), ("INSUFFICIENT_FUNDS", 24)]);
        assert_eq!(counted, refused, "{round}");
        let (winner, _) = winners(&finishes)[0];
        assert_eq!(winner.input["paymentRequestId"], global(payments[0]), "{round}");
        check_spent(round, &cast, award, 1).await;
    }
    track.finish().await;
}

/// Four payments of one euro for the last four euros of an award, each ordered six times, while eight euros of it are
/// decommitted one by one.
async fn the_last_euros_of_an_award_are_ordered_or_decommitted_once_each(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.few_rounds();
    let mut venue = cast.venue(rounds.len(), "4.00").await;
    let (mut ordered_in_all, mut decommitted_in_all) = (0, 0);
    for round in &rounds {
        venue.endow("4.00").await;
        let (award, instalments) = venue.award(&["1.00"; 4]).await;
        let payments = venue.all_approved(&instalments, "1.00").await;
        let mut entries = orders(&cast.treasurer, &payments, 24);
        entries.extend(decommitments(&cast, award, "1.00", 8));
        let finishes = round.race(entries).await;
        let (ordered, decommitted) = won(round, &finishes);
        assert_eq!(ordered + decommitted, 4, "{round}: {:?}", outcomes(&finishes));
        check_spent(round, &cast, award, ordered).await;
        ordered_in_all += ordered;
        decommitted_in_all += decommitted;
    }
    assert!(ordered_in_all > 0 && decommitted_in_all > 0, "one side never won");
    track.finish().await;
}

/// One payment for all that is left of an award: sixteen times ordered, and sixteen times decommitted.
async fn the_last_payment_of_an_award_is_ordered_or_decommitted(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(rounds.len(), "1.00").await;
    let mut ordered_in_all = 0;
    for round in &rounds {
        venue.endow("1.00").await;
        let (award, instalments) = venue.award(&["1.00"]).await;
        let payments = venue.all_approved(&instalments, "1.00").await;
        let mut entries = orders(&cast.treasurer, &payments, AT_ONCE / 2);
        entries.extend(decommitments(&cast, award, "1.00", AT_ONCE / 2));
        let finishes = round.race(entries).await;
        // Whoever asks for what the winner took lacks money; whoever asks for what the winner did comes too late.
        let counted = outcomes(&finishes);
        let refused = expected([("INSUFFICIENT_FUNDS", 16), ("INVALID_STATE", 15), ("OK", 1)]);
        assert_eq!(counted, refused, "{round}");
        let (ordered, _) = won(round, &finishes);
        check_spent(round, &cast, award, ordered).await;
        ordered_in_all += ordered;
    }
    assert!(
        0 < ordered_in_all && ordered_in_all < rounds.len(),
        "one side never won"
    );
    track.finish().await;
}

/// So many decommitments of an amount of an award.
fn decommitments<'a>(cast: &'a Cast<'_>, award: AwardId, amount: &str, count: usize) -> Vec<Entry<'a>> {
    let entry = |_| {
        let input = order_input(amount, json!({ "awardId": global(award) }));
        Entry::new(&cast.finance.persona, "decommitAward", input)
    };
    (0..count).map(entry).collect()
}

/// How many payments were ordered, each of them once, and how many decommitments were made; the others were told why
/// not.
fn won(round: &Round<'_>, finishes: &[Finish<'_>]) -> (usize, usize) {
    let refusals = ["INSUFFICIENT_FUNDS", "INVALID_STATE", "OK"];
    let counted = outcomes(finishes);
    assert!(
        counted.keys().all(|outcome| refusals.contains(&outcome.as_str())),
        "{round}: {counted:?}"
    );
    let winners = winners(finishes);
    let (orders, decommitments): (Vec<_>, Vec<_>) = winners.iter().partition(|(entry, _)| entry.name == "orderPayment");
    let payments = orders.iter().map(|(entry, _)| text(&entry.input["paymentRequestId"]));
    let payments: BTreeSet<String> = payments.collect();
    assert_eq!(payments.len(), orders.len(), "{round}: a payment was ordered twice");
    (orders.len(), decommitments.len())
}

/// So many euros of an award are ordered, and nothing is left of it.
async fn check_spent(round: &Round<'_>, cast: &Cast<'_>, award: AwardId, ordered: usize) {
    assert_eq!(
        round.budget(&cast.finance.persona, &global(award)).await,
        format!("available 0.00, reserved 0.00, committed {ordered}.00, ordered {ordered}.00, paid 0.00"),
        "{round}"
    );
}
