//! SIGKILL while money moves: what was acknowledged is there, what was not can be sent again, and nothing is half done.

use std::{sync::Mutex, time::Duration};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::{Proposals, dice};
use crate::flows::stage::{self, adoption_input, agreement_input, claim, field, fresh_key, with};
use crate::harness::{
    Client, Octroi, Persona, TestApp, TestDatabase, mutation, octroi, octroi_killed, on_both_databases, text,
};

on_both_databases![
    what_was_acknowledged_survives_a_crash_and_the_rest_is_sent_again,
    a_demonstration_cut_short_leaves_a_database_that_is_whole,
];

/// How often the server is killed.
const ROUNDS: usize = 4;
/// How many clients send requests at the same time.
const CLIENTS: usize = 8;
/// How many decisions there are to adopt, of 1 000 euros each.
const DECISIONS: usize = 40;
/// How many payments there are to order, of 100 euros each.
const PAYMENTS: usize = 24;

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
    let count = |name: &str| done.iter().filter(|job| job.name == name).count();
    let (adopted, ordered) = (count("adoptDecision"), count("orderPayment"));
    let (reserved, available) = (1000 * adopted, 497_600 - 1000 * adopted);
    assert_eq!(
        stage::budget(&server, &proposals.call.finance, &proposals.call.call_id).await,
        format!(
            "available {available}.00, reserved {reserved}.00, committed 2400.00, ordered {}.00, paid 0.00",
            100 * ordered
        ),
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

/// A mutation that moves money, with its key, and what it must bring about.
#[derive(Clone, Debug)]
struct Job {
    name: &'static str,
    input: Value,
    who: Persona,
    id: String,
    status: &'static str,
}

impl Job {
    fn adopt(chair: &Persona, decision_id: &str) -> Self {
        Self {
            name: "adoptDecision",
            input: adoption_input(decision_id),
            who: chair.clone(),
            id: decision_id.to_owned(),
            status: "ADOPTED",
        }
    }

    fn order(treasurer: &Persona, payment_request_id: &str) -> Self {
        Self {
            name: "orderPayment",
            input: json!({ "paymentRequestId": payment_request_id, "idempotencyKey": fresh_key() }),
            who: treasurer.clone(),
            id: payment_request_id.to_owned(),
            status: "ORDERED",
        }
    }

    /// The payload that acknowledges it; `None` when the server was gone before it had answered.
    async fn send(&self, server: &Client) -> Option<Value> {
        let selection = match self.name {
            "adoptDecision" => "replayed decision { status adoptedAt award { id } }",
            _ => "replayed paymentRequest { status orderedAt }",
        };
        let variables = json!({ "input": self.input });
        let token = server.token(&self.who).await;
        let request = server.request(Some(&token), &mutation(self.name, selection), &variables);
        let body = request.send().await.ok()?.text().await.ok()?;
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"));
        let payload = &answer["data"][self.name];
        assert_eq!(payload["userErrors"], json!([]), "{self:?}: {answer:#}");
        Some(payload.clone())
    }

    /// What it was to bring about is there.
    async fn check(&self, server: &Client) {
        let of = if self.name == "adoptDecision" {
            "Decision"
        } else {
            "PaymentRequest"
        };
        let status = field(server, &self.who, &self.id, of, "status").await;
        assert_eq!(status, self.status, "{self:?}");
    }
}

/// Decisions to adopt, and payments to order on the first award.
async fn prepare(app: &TestApp) -> (Proposals, Vec<Job>) {
    let proposals = Proposals::new(app, DECISIONS, "1000.00").await;
    let first = proposals.propose(app, "2400.00").await;
    let (call, chair) = (&proposals.call, &proposals.chair);
    let adopted = app
        .mutate(
            chair,
            "adoptDecision",
            adoption_input(&first),
            "decision { award { id } }",
        )
        .await;
    let notice = json!({ "decisionId": first });
    app.mutate(&call.manager, "notifyDecision", notice, "").await;
    let agreement = agreement_input(&text(&adopted["decision"]["award"]["id"]), &["100.00"; PAYMENTS]);
    let signed = app
        .mutate(
            &call.manager,
            "signAgreement",
            agreement,
            "award { instalments { id } }",
        )
        .await;
    let mut jobs: Vec<Job> = proposals.decision_ids.iter().map(|id| Job::adopt(chair, id)).collect();
    for instalment in signed["award"]["instalments"].as_array().expect("instalments") {
        let request = claim(app, &proposals.applicant, &text(&instalment["id"]), "100.00").await;
        let step = json!({ "paymentRequestId": request });
        app.mutate(&call.manager, "certifyPayment", step.clone(), "").await;
        app.mutate(&call.finance, "approvePayment", step, "").await;
        jobs.push(Job::order(&proposals.treasurer, &request));
    }
    (proposals, jobs)
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
