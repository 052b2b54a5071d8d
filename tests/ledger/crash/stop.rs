//! SIGTERM while money moves: what was begun is answered, the rest is not begun, and the server ends.

use std::time::{Duration, Instant};

use futures_util::future::join;

use super::book::Book;
use crate::harness::{Octroi, TestApp, dice, on_both_databases};

on_both_databases![
    a_server_told_to_stop_under_load_answers_what_it_has_begun,
    a_server_told_to_stop_while_it_waits_for_another_answers_once_it_may,
];

/// How long a server may take to end: its requests' time, and not that of a client that stays connected.
const GRACE: Duration = Duration::from_secs(20);

async fn a_server_told_to_stop_under_load_answers_what_it_has_begun(app: TestApp) {
    let mut dice = dice();
    let book = Book::open(app, dice.fork()).await;
    for _ in 0..4 {
        let server = Octroi::serve(&book.storage).await;
        let told = async {
            tokio::time::sleep(Duration::from_millis(dice.u64(50..400))).await;
            stop(&server).await;
        };
        join(book.clients(&server, &|| true), told).await;
        let untold = book.inspect().await;
        assert_eq!(untold.done, 0, "whoever has no answer may know that nothing was done");
    }
    book.close(Octroi::serve(&book.storage).await).await;
}

async fn a_server_told_to_stop_while_it_waits_for_another_answers_once_it_may(app: TestApp) {
    let book = Book::open(app, dice()).await;
    let holder = Octroi::serve_until(&book.storage, "work::before_commit", 0).await;
    let waiting = Octroi::serve(&book.storage).await;
    let held = async {
        holder.stopped_at("work::before_commit").await;
        let told = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let before = book.acknowledged();
            let freed = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                holder.kill();
            };
            join(stop(&waiting), freed).await;
            before
        };
        let (_, before) = join(book.clients(&waiting, &|| true), told).await;
        assert!(book.acknowledged() > before, "whoever waited is answered");
    };
    join(book.clients(&holder, &|| true), held).await;
    let untold = book.inspect().await;
    assert_eq!(untold.done, 0, "{untold:?}");
    book.close(Octroi::serve(&book.storage).await).await;
}

async fn stop(server: &Octroi) {
    let begun = Instant::now();
    let status = server.terminate().await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(server.log().contains("Octroi has stopped"), "{}", server.log());
    let took = begun.elapsed();
    println!("it took {took:?} to stop");
    assert!(took < GRACE, "{took:?}");
}
