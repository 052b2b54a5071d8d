//! Events: the budget as it stands, then each time it has changed.

use std::time::Duration;

use super::client::{Socket, once};
use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    an_event_is_what_a_query_answers_at_that_time,
    what_leaves_a_budget_as_it_was_is_no_event,
    of_a_burst_the_newest_is_told,
    many_sockets_are_told_of_one_change,
];

async fn an_event_is_what_a_query_answers_at_that_time(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let mut socket = Socket::of(&app, &award.finance).await;
    let nodes = [&award.fund_id, &award.programme_id, &award.call_id, &award.award_id];
    for node in nodes {
        socket.follow(node, node).await;
        assert_eq!(socket.event(node).await, once(&app, &award.finance, node).await);
    }
    let input = stage::agreement_input(&award.award_id, &["1000.00"]);
    app.mutate(&award.manager, "signAgreement", input, "").await;
    let mut told = Vec::new();
    for _ in nodes {
        let message = socket.hear().await;
        let id = message["id"].as_str().expect("a name").to_owned();
        assert_eq!(message["payload"], once(&app, &award.finance, &id).await);
        assert_eq!(
            message["payload"]["data"]["budgetChanged"]["budget"]["committed"]["amount"],
            "1000.00"
        );
        told.push(id);
    }
    told.sort_unstable();
    let mut expected = nodes.map(String::clone);
    expected.sort_unstable();
    assert_eq!(told, expected);
}

async fn what_leaves_a_budget_as_it_was_is_no_event(app: TestApp) {
    let call = stage::call_open(&app).await;
    let mut socket = Socket::of(&app, &call.finance).await;
    socket.follow("call", &call.call_id).await;
    assert_eq!(socket.available("call").await, "500000.00");
    // The journal of its fund moves, and other people's budgets with it.
    call.allocate(&app, &call.programme_id, "1.00").await;
    let (other_fund, other_programme) = call.another(&app).await;
    assert_ne!(other_fund, call.fund_id);
    assert!(!other_programme.is_empty());
    assert!(socket.is_quiet(Duration::from_millis(800)).await);
    call.allocate(&app, &call.call_id, "1.00").await;
    assert_eq!(socket.available("call").await, "500001.00", "it was listening");
}

async fn of_a_burst_the_newest_is_told(app: TestApp) {
    const BURST: usize = 40;
    let call = stage::call_open(&app).await;
    let mut socket = Socket::of(&app, &call.finance).await;
    socket.follow("call", &call.call_id).await;
    assert_eq!(socket.available("call").await, "500000.00");
    let allocations = (0..BURST).map(|_| call.allocate(&app, &call.call_id, "1.00"));
    futures_util::future::join_all(allocations).await;
    let events = socket.until_available("call", "500040.00").await;
    assert!(events < BURST, "{events} events for {BURST} changes");
    assert!(
        socket.is_quiet(Duration::from_millis(800)).await,
        "nothing after the newest"
    );
}

async fn many_sockets_are_told_of_one_change(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let mut sockets = Vec::new();
    for _ in 0..8 {
        let mut socket = Socket::of(&app, &fund.finance).await;
        socket.follow("1", &fund.programme_id).await;
        assert_eq!(socket.available("1").await, "800000.00");
        sockets.push(socket);
    }
    // One that goes away keeps nothing from the others.
    drop(sockets.pop());
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    for socket in &mut sockets {
        assert_eq!(socket.available("1").await, "800001.00");
    }
}
