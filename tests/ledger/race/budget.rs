//! The last euro of a call, and of an envelope.

use domain::fund::commands::OpenEnvelope;
use entity::value::{DecisionId, DecisionStatus};
use entity::{award, decision};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::track::{AT_ONCE, Entry, Track, expected, outcomes, winners};
use super::venue::{Cast, Venue, global, local, order};
use crate::flows::stage::{adoption_input, envelope_input, order_input};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    the_last_euro_of_a_call_goes_to_one_of_thirty_two_awards,
    the_last_euro_of_a_call_is_promised_or_taken_back,
    the_last_euro_of_an_envelope_is_allocated_or_cut,
];

async fn the_last_euro_of_a_call_goes_to_one_of_thirty_two_awards(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(rounds.len() + AT_ONCE - 1, "1.00").await;
    let mut adopted = Vec::new();
    for round in &rounds {
        venue.endow("1.00").await;
        let finishes = round.race(adoptions(&venue, AT_ONCE)).await;
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("OK", 1), ("INSUFFICIENT_FUNDS", 31)]), "{round}");
        adopted.push(take_adopted(&mut venue, winners(&finishes)[0].0));
        let promised = format!(
            "available 0.00, reserved {}.00, committed 0.00, ordered 0.00, paid 0.00",
            adopted.len()
        );
        let budget = round.budget(&cast.finance.persona, &global(venue.call)).await;
        assert_eq!(budget, promised, "{round}");
    }
    check_adopted(&venue, adopted).await;
    track.finish().await;
}

async fn the_last_euro_of_a_call_is_promised_or_taken_back(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let rounds = track.rounds();
    let mut venue = cast.venue(rounds.len() + AT_ONCE / 2, "1.00").await;
    let mut adopted = Vec::new();
    for round in &rounds {
        venue.endow("1.00").await;
        let mut entries = adoptions(&venue, AT_ONCE / 2);
        entries.extend((0..AT_ONCE / 2).map(|_| {
            let input = order_input("1.00", json!({ "from": global(venue.call) }));
            Entry::new(&cast.finance.persona, "deallocateBudget", input)
        }));
        let finishes = round.race(entries).await;
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("OK", 1), ("INSUFFICIENT_FUNDS", 31)]), "{round}");
        let (winner, _) = winners(&finishes)[0];
        if winner.name == "adoptDecision" {
            adopted.push(take_adopted(&mut venue, winner));
        }
        let left = format!(
            "available 0.00, reserved {}.00, committed 0.00, ordered 0.00, paid 0.00",
            adopted.len()
        );
        let budget = round.budget(&cast.finance.persona, &global(venue.call)).await;
        assert_eq!(budget, left, "{round}");
    }
    assert!(
        !adopted.is_empty() && adopted.len() < rounds.len(),
        "one side never won"
    );
    check_adopted(&venue, adopted).await;
    track.finish().await;
}

async fn the_last_euro_of_an_envelope_is_allocated_or_cut(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let (venue, officer) = (cast.venue(0, "").await, &cast.finance.persona);
    let (mut allocated, mut cut) = (0, 0);
    for (round, done) in track.few_rounds().iter().zip(1..) {
        let envelope = OpenEnvelope {
            fund_id: venue.fund,
            order: order("200000.00"),
        };
        cast.has(&cast.finance, envelope).await;
        let halves = (0..AT_ONCE / 2).flat_map(|_| {
            let allocation = order_input("9999.99", json!({ "to": global(venue.programme) }));
            let cut = envelope_input(&global(venue.fund), "9999.99");
            [("allocateBudget", allocation), ("reduceEnvelope", cut)]
        });
        let entries = halves.map(|(name, input)| Entry::new(officer, name, input));
        let finishes = round.race(entries.collect()).await;
        // 200 000.00 hold 20 times 9 999.99, and what is left of all rounds does not hold it once more.
        let counted = outcomes(&finishes);
        assert_eq!(counted, expected([("INSUFFICIENT_FUNDS", 12), ("OK", 20)]), "{round}");
        for (entry, _) in winners(&finishes) {
            match entry.name {
                "allocateBudget" => allocated += 999_999,
                _ => cut += 999_999,
            }
        }
        let selection = "budget { opened { minorUnits } allocated { minorUnits } }";
        let figures = round.field(officer, &global(venue.fund), "Fund", selection).await;
        let minor = |minor: i64| json!({ "minorUnits": minor.to_string() });
        let (opened, allocated) = (100_000_000 + 20_000_000 * done - cut, 100_000_000 + allocated);
        let left = json!({ "opened": minor(opened), "allocated": minor(allocated) });
        assert_eq!(figures, left, "{round}");
    }
    assert!(allocated > 0 && cut > 0, "one side never won");
    track.finish().await;
}

/// The adoption of each of the first decisions that wait.
fn adoptions<'a>(venue: &Venue<'a>, count: usize) -> Vec<Entry<'a>> {
    let chair = &venue.cast.chair.persona;
    let first = venue.decisions.iter().take(count);
    first
        .map(|decision| Entry::new(chair, "adoptDecision", adoption_input(&global(*decision))))
        .collect()
}

/// Takes the decision that was adopted from those that wait.
fn take_adopted(venue: &mut Venue<'_>, adoption: &Entry<'_>) -> DecisionId {
    let adopted = local(&text(&adoption.input["decisionId"]));
    venue.decisions.retain(|decision| *decision != adopted);
    adopted
}

/// Exactly these decisions are adopted, each with one award, and no other.
async fn check_adopted(venue: &Venue<'_>, mut adopted: Vec<DecisionId>) {
    let rows = &venue.cast.rows;
    let decisions = decision::Entity::find()
        .filter(decision::Column::Status.eq(DecisionStatus::Adopted))
        .all(rows)
        .await;
    let awards = award::Entity::find().all(rows).await;
    let mut with_award: Vec<DecisionId> = awards.expect("awards").iter().map(|award| award.decision_id).collect();
    let mut found: Vec<DecisionId> = decisions
        .expect("decisions")
        .iter()
        .map(|decision| decision.id)
        .collect();
    for list in [&mut adopted, &mut with_award, &mut found] {
        list.sort_unstable_by_key(|id| id.0);
    }
    assert_eq!(found, adopted);
    assert_eq!(with_award, adopted);
}
