//! How many sockets there may be, in all and each person's.

use std::time::Duration;

use super::Crowded;
use super::client::Socket;
use crate::harness::on_both_databases;

on_both_databases![everybody_has_so_many_sockets, there_are_so_many_sockets_in_all];

fn crowded() -> (u16, String) {
    (1013, "Too many connections".to_owned())
}

/// The next socket that somebody has room for.
macro_rules! eventually {
    ($app:expr, $who:expr) => {{
        let mut last = None;
        for _ in 0..200 {
            match Socket::attempt(&$app, $who).await {
                Ok(socket) => {
                    last = Some(socket);
                    break;
                }
                Err(closed) => assert_eq!(closed, crowded()),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        last.expect("there is room again")
    }};
}

async fn everybody_has_so_many_sockets(Crowded(app): Crowded) {
    let (one, other) = (app.persona("One").await, app.persona("Other").await);
    let first = Socket::of(&app, &one).await;
    let second = Socket::of(&app, &one).await;
    assert_eq!(Socket::attempt(&app, &one).await.err(), Some(crowded()));
    let _anonymous = (Socket::of(&app, None).await, Socket::of(&app, None).await);
    assert_eq!(Socket::attempt(&app, None).await.err(), Some(crowded()));
    drop(Socket::of(&app, &other).await);
    // However it ends, its place is free again.
    drop(first);
    let mut third = eventually!(app, &one);
    assert_eq!(Socket::attempt(&app, &one).await.err(), Some(crowded()));
    third.leave().await;
    let _fourth = eventually!(app, &one);
    drop(second);
}

async fn there_are_so_many_sockets_in_all(Crowded(app): Crowded) {
    let mut sockets = Vec::new();
    for number in 0..3 {
        let persona = app.persona(&format!("Person {number}")).await;
        sockets.push(Socket::of(&app, &persona).await);
        sockets.push(Socket::of(&app, &persona).await);
    }
    let persona = app.persona("Late").await;
    assert_eq!(Socket::open(&app).await.closed().await, crowded());
    sockets.pop();
    let _last = eventually!(app, &persona);
}
