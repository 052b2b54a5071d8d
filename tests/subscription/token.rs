//! Who a socket is for, and until when.

use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};

use super::Hasty;
use super::client::Socket;
use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_token_that_proves_nothing_is_forbidden,
    what_is_said_to_begin_counts_before_the_header_of_the_handshake,
    a_token_that_expires_closes_the_socket,
    nothing_is_told_on_a_token_that_has_expired,
];

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

fn forbidden() -> (u16, String) {
    (4403, "Forbidden".to_owned())
}

async fn a_token_that_proves_nothing_is_forbidden(app: TestApp) {
    let auditor = app.as_auditor().await;
    let expired = format!("Bearer {}", app.token(&auditor).await);
    app.clock.advance(time::Duration::hours(1));
    for payload in [
        json!({ "authorization": "Bearer nothing" }),
        json!({ "Authorization": "nothing" }),
        json!({ "AUTHORIZATION": "" }),
        json!({ "authorization": 1 }),
        json!({ "authorization": { "token": "nothing" } }),
        json!({ "authorization": expired }),
    ] {
        let mut socket = Socket::open(&app).await;
        socket.init(payload.clone()).await;
        assert_eq!(socket.closed().await, forbidden(), "{payload}");
    }
    let mut socket = Socket::knock(&app, &[PROTOCOL, ("authorization", &expired)]).await;
    socket.init(Value::Null).await;
    assert_eq!(socket.closed().await, forbidden());
}

async fn what_is_said_to_begin_counts_before_the_header_of_the_handshake(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let stranger = app.persona("Stranger").await;
    let bearer = async |persona| format!("Bearer {}", app.token(persona).await);
    let (officer, stranger) = (bearer(&fund.finance).await, bearer(&stranger).await);
    for (header, payload, code) in [
        (Some(&officer), json!({}), None),
        (Some(&officer), json!({ "authorization": null }), None),
        (Some(&stranger), json!({ "Authorization": officer }), None),
        (
            Some(&"Bearer nothing".to_owned()),
            json!({ "authorization": officer }),
            None,
        ),
        (Some(&officer), json!({ "authorization": stranger }), Some("FORBIDDEN")),
        (None, json!({}), Some("UNAUTHENTICATED")),
    ] {
        let headers = [PROTOCOL, ("authorization", header.map_or("", String::as_str))];
        let headers = if header.is_some() { &headers[..] } else { &headers[..1] };
        let mut socket = Socket::knock(&app, headers).await;
        socket.init(payload.clone()).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.follow("1", &fund.fund_id).await;
        let event = socket.event("1").await;
        assert_eq!(
            event["errors"][0]["extensions"]["code"].as_str(),
            code,
            "{payload} {event:#}"
        );
        assert_eq!(event["data"]["budgetChanged"].is_object(), code.is_none(), "{payload}");
    }
}

async fn a_token_that_expires_closes_the_socket(Hasty(app): Hasty) {
    let auditor = app.as_auditor().await;
    let mut bearer = Socket::of(&app, &auditor).await;
    let mut anonymous = Socket::of(&app, None).await;
    app.clock.advance(time::Duration::minutes(14));
    let while_good = Duration::from_millis(500);
    let (one, other) = join(bearer.is_quiet(while_good), anonymous.is_quiet(while_good)).await;
    assert!(one && other, "it is good for fifteen");
    app.clock.advance(time::Duration::minutes(1));
    let (closed, is_quiet) = join(bearer.closed(), anonymous.is_quiet(while_good)).await;
    assert_eq!(closed, forbidden());
    assert!(is_quiet, "nothing of it expires");
    drop(Socket::of(&app, &auditor).await);
}

async fn nothing_is_told_on_a_token_that_has_expired(app: TestApp) {
    // The next beat is seconds away.
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    socket.follow("1", &fund.fund_id).await;
    socket.event("1").await;
    app.clock.advance(time::Duration::minutes(15));
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    assert_eq!(socket.closed().await, forbidden());
}
