//! Two servers on one database, and one of them dies: the other goes on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::future::join;

use super::{Certain, Crash, book::Book};
use crate::harness::{Octroi, TestApp, dice, on_both_databases};

on_both_databases![a_server_goes_on_when_another_dies_with_the_journal_locked];

/// The longest that anybody waits for an answer of the one that lives: half of a request's patience.
const LONGEST: Duration = Duration::from_secs(5);

async fn a_server_goes_on_when_another_dies_with_the_journal_locked(app: TestApp) {
    let mut dice = dice();
    let book = Book::open(app, dice.fork()).await;
    let survivor = Octroi::serve(&book.storage).await;
    let mut crashes = vec![
        Crash::At("work::locked", 0, Certain::Nothing),
        Crash::At("ledger::debited", dice.usize(..20), Certain::Undone),
        Crash::At("ledger::written", dice.usize(..20), Certain::Undone),
        Crash::At("work::before_commit", 0, Certain::Undone),
        Crash::At("work::before_commit", dice.usize(..4), Certain::Undone),
        Crash::At("work::after_commit", dice.usize(..4), Certain::Done),
    ];
    crashes.extend((0..4).map(|_| Crash::random(&mut dice)));
    dice.shuffle(&mut crashes);

    let over = AtomicBool::new(false);
    let wanted = || !over.load(Ordering::Relaxed);
    let on_the_survivor = book.clients(&survivor, &wanted);
    let beside_it = async {
        for crash in crashes {
            crash.strike(&crash.start(&book).await, &book).await;
        }
        over.store(true, Ordering::Relaxed);
    };
    let (unanswered, ()) = join(on_the_survivor, beside_it).await;
    assert_eq!(unanswered, 0, "the survivor answers everybody");
    let longest = book.longest_wait();
    println!("the longest wait was {longest:?}");
    assert!(longest < LONGEST, "{longest:?}");
    book.close(survivor).await;
}
