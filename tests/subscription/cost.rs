//! What listening costs: one statement a tick in each process, however many listen, and none when nobody does.

use std::time::Duration;

use tokio::time::sleep;

use super::client::Socket;
use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    listening_costs_one_statement_a_tick_however_many_listen,
    an_event_costs_what_a_query_does,
];

/// How many statements are sent in a while when nobody does anything.
async fn idle(app: &TestApp) -> u64 {
    let before = app.database.statements();
    sleep(Duration::from_secs(1)).await;
    app.database.statements() - before
}

async fn listening_costs_one_statement_a_tick_however_many_listen(app: TestApp) {
    let call = stage::call_open(&app).await;
    let (other_fund, _) = call.another(&app).await;
    let auditor = app.as_auditor().await;
    assert_eq!(idle(&app).await, 0, "nobody listens");
    let mut socket = Socket::of(&app, &auditor).await;
    let nodes = [&call.fund_id, &call.programme_id, &call.call_id, &other_fund];
    for number in 0..24 {
        socket.follow(&number.to_string(), nodes[number % nodes.len()]).await;
    }
    for _ in 0..24 {
        assert_eq!(socket.hear().await["type"], "next");
    }
    let cost = idle(&app).await;
    assert!((1..=3).contains(&cost), "{cost} statements in two ticks");
    drop(socket);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(idle(&app).await, 0, "nobody listens any more");
}

async fn an_event_costs_what_a_query_does(app: TestApp) {
    let call = stage::call_open(&app).await;
    let mut socket = Socket::of(&app, &call.finance).await;
    socket.follow("1", &call.call_id).await;
    socket.event("1").await;
    let before = app.database.statements();
    call.allocate(&app, &call.call_id, "1.00").await;
    let mutation = app.database.statements() - before;
    socket.event("1").await;
    let both = app.database.statements() - before;
    // Seven for the event, a few for the ticks meanwhile; it may have begun before the mutation was answered.
    assert!(
        both <= mutation + 12,
        "{both} statements, {mutation} of them for the change"
    );
}
