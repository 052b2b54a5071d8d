//! Commands that share a commit: what becomes of one is nothing to the others, and whoever reads the past waits for
//! them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use domain::database::Pool;
use entity::idempotency_key;
use entity::value::Instant;
use futures_util::future::join;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use tokio::time::sleep;

use super::user;
use crate::flows::stage::{self, Fund};
use crate::harness::{Engine, TestApp, on_both_databases, text};

on_both_databases![
    a_command_that_must_be_tried_again_takes_nothing_of_the_others_away,
    a_reading_of_the_past_waits_for_what_is_being_written,
    a_lock_that_its_holder_never_gives_back_is_given_up_by_those_who_wait,
    a_lock_that_its_holder_gives_back_and_takes_again_at_once_is_had_by_those_who_wait,
];

/// Long enough for a request to have come as far as it can.
const MOMENT: Duration = Duration::from_millis(300);

/// Somebody else at the database, who holds the journal of a fund: on SQLite, the file.
struct Holder {
    engine: Engine,
    connection: DatabaseConnection,
}

impl Holder {
    async fn new(app: &TestApp) -> Self {
        let holder = Self {
            engine: app.storage.engine,
            connection: app.storage.connection().await,
        };
        holder.send(holder.begin()).await;
        holder
    }

    fn begin(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        }
    }

    async fn lock_journals(&self) {
        if self.engine == Engine::Postgres {
            self.send("SELECT fund_id FROM ledger_head FOR NO KEY UPDATE").await;
        }
    }

    /// Gives it back, and takes it again before anybody else may be expected to.
    async fn take_again(&self) {
        self.commit().await;
        self.send(self.begin()).await;
        self.lock_journals().await;
    }

    async fn commit(&self) {
        self.send("COMMIT").await;
    }

    async fn send(&self, sql: &str) {
        self.connection.execute_unprepared(sql).await.expect(sql);
    }
}

async fn a_command_that_must_be_tried_again_takes_nothing_of_the_others_away(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let opened = async || {
        let field = stage::field(
            &app,
            &fund.finance,
            &fund.programme_id,
            "Programme",
            "budget { opened { minorUnits } }",
        );
        cents(&field.await["opened"])
    };
    let allocation = |amount| Fund::allocation_input(&fund.programme_id, amount);
    let before = opened().await;
    // Another process is about to store the key of the last request, whatever for, and another has the journal: the
    // first request waits for it, and the others come together behind it.
    let same_key = allocation("4.00");
    let storing = Holder::new(&app).await;
    let key = idempotency_key::Model {
        principal_id: user(&fund.finance),
        key: text(&same_key["idempotencyKey"]),
        operation: "openEnvelope".to_owned(),
        fingerprint: "0".repeat(64),
        outcome: json!({ "refused": [] }).to_string(),
        created_at: Instant(0),
    };
    let stored = idempotency_key::Entity::insert(key.into_active_model());
    stored
        .exec_without_returning(&storing.connection)
        .await
        .expect("the key is stored");
    let writing = match app.storage.engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Holder::new(&app).await),
    };
    if let Some(writing) = &writing {
        writing.lock_journals().await;
    }
    let sent = |input: Value, place: u32| {
        let (app, fund) = (&app, &fund);
        async move {
            tokio::time::sleep(MOMENT * place / 3).await;
            let mut answer = app.attempt(&fund.finance, "allocateBudget", input, "").await;
            answer["data"]["allocateBudget"]["userErrors"].take()
        }
    };
    let requests = join(
        join(sent(allocation("1.00"), 0), sent(allocation("2.00"), 1)),
        sent(same_key, 2),
    );
    let others = async {
        tokio::time::sleep(2 * MOMENT).await;
        if let Some(writing) = &writing {
            writing.commit().await;
        }
        tokio::time::sleep(MOMENT).await;
        storing.commit().await;
    };
    let (((first, bystander), last), ()) = join(requests, others).await;
    assert_eq!((&first, &bystander), (&json!([]), &json!([])));
    assert_eq!(last[0]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(opened().await, before + 300);
    app.verify().await;
}

async fn a_reading_of_the_past_waits_for_what_is_being_written(app: TestApp) {
    const BUDGET: &str = "query($node: ID!, $at: DateTime) { budget(node: $node, asOf: $at) { opened { amount } } }";
    let fund = stage::fund_open(&app).await;
    let writing = Holder::new(&app).await;
    writing.lock_journals().await;
    let at = app.clock.now().utc().format(&Rfc3339).expect("an instant");
    let read = app.data(&fund.finance, BUDGET, json!({ "node": fund.fund_id, "at": at }));
    let early = tokio::time::timeout(MOMENT, read).await;
    assert!(
        early.is_err(),
        "what is being written may be recorded by then: {early:?}"
    );
    let present = app.data(&fund.finance, BUDGET, json!({ "node": fund.fund_id, "at": null }));
    let present = tokio::time::timeout(10 * MOMENT, present)
        .await
        .expect("the present waits for nobody");
    writing.commit().await;
    let past = app
        .data(&fund.finance, BUDGET, json!({ "node": fund.fund_id, "at": at }))
        .await;
    assert_eq!(past, present);
}

/// A machine that stops, or whose network does, keeps its locks: the database is the only one that can tell.
async fn a_lock_that_its_holder_never_gives_back_is_given_up_by_those_who_wait(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let silent = Holder::new(&app).await;
    silent.lock_journals().await;
    let input = Fund::allocation_input(&fund.programme_id, "1.00");
    let began = std::time::Instant::now();
    let answer = app.attempt(&fund.finance, "allocateBudget", input.clone(), "").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
    let longest = 2 * Pool::default().patience;
    assert!(began.elapsed() < longest, "{:?}", began.elapsed());
    silent.commit().await;
    app.mutate(&fund.finance, "allocateBudget", input, "").await;
}

/// Another process that commits one transaction after another leaves the lock free for an instant at a time.
async fn a_lock_that_its_holder_gives_back_and_takes_again_at_once_is_had_by_those_who_wait(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let over = AtomicBool::new(false);
    let greedy = async {
        let holder = Holder::new(&app).await;
        holder.lock_journals().await;
        while !over.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(20)).await;
            holder.take_again().await;
        }
        holder.commit().await;
    };
    let patient = async {
        let mut waits = Vec::new();
        for _ in 0..10 {
            let began = std::time::Instant::now();
            let input = Fund::allocation_input(&fund.programme_id, "1.00");
            app.mutate(&fund.finance, "allocateBudget", input, "").await;
            waits.push(began.elapsed());
        }
        over.store(true, Ordering::Relaxed);
        waits
    };
    let ((), waits) = join(greedy, patient).await;
    assert!(
        waits.iter().sum::<Duration>() < Pool::default().patience / 2,
        "{waits:?}"
    );
}

fn cents(money: &Value) -> i64 {
    text(&money["minorUnits"]).parse().expect("cents")
}
