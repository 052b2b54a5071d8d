//! The model: a million random operations, each foretold by a pure auditor.
//!
//! The auditor ([`auditor`]) is a second opinion: it keeps its own books in memory, and says of every operation whether
//! it is done or refused and for which reasons, what is posted, and what each balance is afterwards. The program has
//! the same operations carried out by its commands, in a real database. Whatever the two do not agree on is a failure
//! of one of them.
//!
//! `scripts/model` runs the long one. `OCTROI_MODEL_OPERATIONS` says how many operations, `OCTROI_TEST_SEED` which.

mod answer;
mod auditor;
mod compare;
mod draw;
mod figures;
mod ids;
mod operation;
mod perform;
mod remember;
mod stage;
mod together;
mod world;

use std::env;

use world::World;

use crate::harness::{TestApp, dice, on_both_databases};

on_both_databases![
    an_auditor_foretells_every_answer_and_every_balance,
    what_is_done_together_is_what_the_journals_say_in_their_order,
];

/// Operations of each run, unless the environment says otherwise.
const OPERATIONS: u64 = 20_000;

async fn an_auditor_foretells_every_answer_and_every_balance(app: TestApp) {
    let operations = operations();
    let mut world = World::new(app, "alone", dice()).await;
    world.open_funds(2).await;
    let between = (operations / 16).max(500);
    while world.report.operations() < operations {
        world.live().await;
        let operation = world.draw.operation(&world.auditor);
        world.step(&operation).await;
        if world.report.operations().is_multiple_of(between) {
            world.compare().await;
        }
    }
    world.compare().await;
    world.compare_days().await;
    world.app.verify().await;
    println!("{}", world.report);
}

async fn what_is_done_together_is_what_the_journals_say_in_their_order(app: TestApp) {
    let operations = operations() / 5;
    let other = app.storage.open(app.clock.clone()).await;
    let mut world = World::new(app, "together", dice()).await;
    world.open_funds(3).await;
    let mut rounds = 0;
    while world.report.operations() < operations {
        // What takes several steps by several people, money aside, goes on between.
        for _ in 0..world.draw.number(10..=40) {
            world.live().await;
            let operation = world.draw.operation(&world.auditor);
            world.step(&operation).await;
        }
        let count = world.draw.number(8..=32);
        world
            .step_together(&other, usize::try_from(count).expect("a few"))
            .await;
        rounds += 1;
        if rounds % 25 == 0 {
            world.compare().await;
        }
    }
    world.compare().await;
    world.app.verify().await;
    println!("{}", world.report);
}

fn operations() -> u64 {
    let asked = env::var("OCTROI_MODEL_OPERATIONS").ok();
    asked.map_or(OPERATIONS, |asked| {
        asked.parse().expect("OCTROI_MODEL_OPERATIONS is a number")
    })
}
