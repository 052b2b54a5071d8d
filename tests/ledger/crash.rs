//! SIGKILL while money moves: what was acknowledged is there, what was not can be sent again, and nothing is half done.

use std::{sync::Mutex, time::Duration};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::{
    dice,
    job::{self, Job, prepare},
};
use crate::flows::stage::{self, with};
use crate::harness::{Client, Octroi, TestApp, TestDatabase, octroi, octroi_killed, on_both_databases};

on_both_databases![
    what_was_acknowledged_survives_a_crash_and_the_rest_is_sent_again,
    a_demonstration_cut_short_leaves_a_database_that_is_whole,
];

/// How often the server is killed.
const ROUNDS: usize = 4;
/// How many clients send requests at the same time.
const CLIENTS: usize = 8;

async fn what_was_acknowledged_survives_a_crash_and_the_rest_is_sent_again(app: TestApp) {
    let mut dice = dice();
    let (proposals, mut jobs) = prepare(&app).await;
    dice.shuffle(&mut jobs);
    let jobs = Mutex::new(jobs);
    let (mut done, mut unanswered) = (Vec::new(), 0);
    let mut server = Octroi::serve(&app.storage).await;
    // Signing in takes longer than the server lives; a token outlives it.
    for person in [&proposals.chair, &proposals.treasurer] {
        server.token(person).await;
    }
    for _ in 0..ROUNDS {
        let clients = join_all((0..CLIENTS).map(|_| work(&server, &jobs)));
        let crash = async {
            tokio::time::sleep(Duration::from_millis(dice.u64(50..350))).await;
            server.kill();
        };
        let (answered, ()) = join(clients, crash).await;
        assert!(octroi(&app.storage, &["verify"]).status.success());

        server = Octroi::serve(&app.storage).await;
        for (acknowledged, interrupted) in answered {
            for (job, answer) in &acknowledged {
                job.check(&server).await;
                let again = job.send(&server).await.expect("an answer");
                assert_eq!(again, with(answer.clone(), json!({ "replayed": true })), "{job:?}");
            }
            done.extend(acknowledged.into_iter().map(|(job, _)| job));
            // Whether it was done before the crash or is done now: once.
            if let Some(job) = interrupted {
                unanswered += 1;
                job.send(&server).await.expect("an answer");
                done.push(job);
            }
        }
    }
    assert!(unanswered > 0, "no request was under way at any crash");
    for job in &done {
        job.check(&server).await;
    }
    assert_eq!(
        stage::budget(&server, &proposals.call.finance, &proposals.call.call_id).await,
        job::budget(&done),
        "{unanswered} of {} had no answer at first",
        done.len()
    );
    app.verify().await;
}

/// Does jobs until there are none, or no server. Answers with those it saw done, and the one whose answer never came.
async fn work(server: &Client, jobs: &Mutex<Vec<Job>>) -> (Vec<(Job, Value)>, Option<Job>) {
    let next = || jobs.lock().expect("the jobs").pop();
    let mut acknowledged = Vec::new();
    while let Some(job) = next() {
        match job.send(server).await {
            Some(answer) => acknowledged.push((job, answer)),
            None => return (acknowledged, Some(job)),
        }
    }
    (acknowledged, None)
}

async fn a_demonstration_cut_short_leaves_a_database_that_is_whole(first: TestDatabase) {
    let mut dice = dice();
    let engine = first.engine;
    let (mut cut_short, mut found) = (0, 0);
    for round in 0..3 {
        let storage = if round == 0 {
            None
        } else {
            Some(TestDatabase::migrated(engine).await)
        };
        let storage = storage.as_ref().unwrap_or(&first);
        let after = Duration::from_millis(dice.u64(300..1_800));
        cut_short += usize::from(octroi_killed(storage, &["demo", "--load-only"], after).await);
        let verified = octroi(storage, &["verify"]);
        assert!(verified.status.success(), "after {after:?}: {verified:?}");
        let report = String::from_utf8_lossy(&verified.stdout);
        found += usize::from(!report.contains(" 0 audit events"));
    }
    assert!(
        cut_short > 0 && found > 0,
        "{cut_short} were cut short, {found} had begun"
    );
}
