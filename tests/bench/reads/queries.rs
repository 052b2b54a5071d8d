//! What is asked of a ledger, of another place in it every time.

use domain::Page;
use domain::dashboard::journal::statement::{Period, lines, statement};
use domain::dashboard::journal::transfers::{Filter, transfers};
use domain::dashboard::queries::{Node, budget};
use domain::dashboard::series::{Interval, series};
use entity::value::Instant;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use time::Duration;

use super::ledger::Ledger;
use crate::stage::DAYS;

/// Something a person asks.
pub struct Query {
    pub name: &'static str,
    pub ask: fn(&Ledger) -> BoxFuture<'_, ()>,
}

pub const QUERIES: [Query; 9] = [
    Query {
        name: "budget of the fund",
        ask: |ledger| ledger.budget(ledger.the_fund(), None).boxed(),
    },
    Query {
        name: "budget of a call",
        ask: |ledger| ledger.budget(ledger.a_call(), None).boxed(),
    },
    Query {
        name: "budget of an award",
        ask: |ledger| ledger.budget(ledger.an_award(), None).boxed(),
    },
    Query {
        name: "budget of the fund as of an instant",
        ask: |ledger| ledger.budget(ledger.the_fund(), Some(ledger.an_instant())).boxed(),
    },
    Query {
        name: "budget of a call as of an instant",
        ask: |ledger| ledger.budget(ledger.a_call(), Some(ledger.an_instant())).boxed(),
    },
    Query {
        name: "budget of the fund by month, for a year",
        ask: |ledger| ledger.months().boxed(),
    },
    Query {
        name: "the last 20 transfers",
        ask: |ledger| ledger.page(true).boxed(),
    },
    Query {
        name: "20 transfers somewhere in the journal",
        ask: |ledger| ledger.page(false).boxed(),
    },
    Query {
        name: "20 lines of the statement of a call's account",
        ask: |ledger| ledger.statement().boxed(),
    },
];

/// Any one of these.
fn any<T: Copy>(these: &[T]) -> T {
    these[fastrand::usize(0..these.len())]
}

impl Ledger {
    const fn the_fund(&self) -> Node {
        Node::Fund(self.fund)
    }

    fn a_call(&self) -> Node {
        Node::Call(any(&self.calls))
    }

    fn an_award(&self) -> Node {
        Node::Award(any(&self.awards))
    }

    pub fn an_instant(&self) -> Instant {
        let (first, last) = self.recorded;
        Instant(fastrand::i64(first.0..=last.0))
    }

    async fn budget(&self, node: Node, as_of: Option<Instant>) {
        let read = budget(&self.database, &self.reader, node, as_of).await;
        read.expect("a budget");
    }

    async fn months(&self) {
        let today = self.database.clock().today();
        let year = (today - Duration::days(DAYS), today);
        let read = series(&self.database, &self.reader, self.the_fund(), year, Interval::Month).await;
        read.expect("a series");
    }

    async fn page(&self, from_end: bool) {
        let page = Page {
            after: (!from_end).then(|| any(&self.somewhere).0),
            from_end,
            ..Page::default()
        };
        let read = transfers(&self.database, &self.reader, self.fund, &Filter::default(), page).await;
        read.expect("transfers");
    }

    async fn statement(&self) {
        let period = Period {
            after: Some(self.an_instant()),
            until: None,
        };
        let account = any(&self.accounts);
        let read = statement(&self.database, &self.reader, account, period).await;
        let page = lines(&self.database, &read.expect("a statement"), Page::default()).await;
        page.expect("lines of a statement");
    }
}
