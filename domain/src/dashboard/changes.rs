//! A budget as it changes, for whoever follows it.
//!
//! Everything that makes an event is asked for again each time: what the person holds, what they may see, the figures.
//! A right that has ended meanwhile ends what it allowed, and no event rests on something that was read for an earlier
//! one.
//!
//! The rights are asked for again while nothing happens, too. If they were not, somebody who comes to await a decision
//! would be refused by the next transfer: money reserved for a decision would end what they follow, and nothing would
//! end it when the decision is a rejection. So the time of the refusal would tell them the outcome.

use std::time::Duration;

use entity::value::{FundId, UserId};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::budget::Budget;
use super::moment::{Moment, budgets};
use super::queries::{Node, authorise};
use crate::work::watcher::{Reason, TICK};
use crate::{Actor, Database, Error, Result, identity};

/// The least time between two looks at the same budget: a burst of transfers is told as what it comes to.
const PACE: Duration = Duration::from_millis(250);

/// The budget of a node as it stands, then once whenever it has become another one. The newest is always told; of those
/// in between, only what the listener has time for. An error ends it, as [`budget`](super::queries::budget) would
/// answer it at that time; that the database is away does not. While there is nothing to tell, what the follower may
/// see is asked again each time so long has passed.
pub fn changes(
    db: &Database,
    user: Option<UserId>,
    node: Node,
    ask_every: Duration,
) -> impl Stream<Item = Result<Budget>> + Send + use<> {
    let following = Following {
        follower: Follower {
            db: db.clone(),
            user,
            node,
        },
        journal: None,
        told: None,
        rested: Instant::now(),
        ask_every,
    };
    stream::unfold(Some(following), async |following| {
        let mut following = following?;
        let next = following.next().await;
        let following = next.is_ok().then_some(following);
        Some((next, following))
    })
}

/// How far somebody has followed a budget.
struct Following {
    follower: Follower,
    /// From the first look on.
    journal: Option<Journal>,
    /// The budget that was told last.
    told: Option<Budget>,
    /// When the next look may be.
    rested: Instant,
    ask_every: Duration,
}

impl Following {
    /// Waits for a budget that was not told yet.
    async fn next(&mut self) -> Result<Budget> {
        loop {
            self.moved().await?;
            match self.look().await {
                Ok(Some(budget)) => return Ok(budget),
                Ok(None) => {}
                Err(Error::Unavailable(_)) => sleep(TICK).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until the journal has moved since the last look, if there was one; only for as long as the follower may
    /// look.
    async fn moved(&mut self) -> Result<()> {
        let Some(Journal { end, seen, .. }) = &mut self.journal else {
            return Ok(());
        };
        tokio::select! {
            biased;
            // It fails when nobody tells any more, and there always is the watcher that it comes from.
            _ = end.wait_for(|end| Some(*end) > *seen) => Ok(()),
            refusal = self.follower.refused(self.ask_every) => Err(refusal),
        }
    }

    /// The budget, if it was not told yet.
    async fn look(&mut self) -> Result<Option<Budget>> {
        sleep_until(self.rested).await;
        self.rested = Instant::now() + PACE;
        let look = self.follower.clone().look(self.journal.clone());
        let (budget, journal) = self.follower.db.watcher.in_turn(Reason::News, look).await?;
        self.journal = Some(journal);
        let is_news = self.told.replace(budget) != Some(budget);
        Ok(is_news.then_some(budget))
    }
}

/// The journal of the fund of a node, as far as it was read.
#[derive(Clone)]
struct Journal {
    fund: FundId,
    /// Where it ends; from before the first look on, so that nothing is missed.
    end: watch::Receiver<i64>,
    /// Where it ended at the last look.
    seen: Option<i64>,
}

/// Somebody who follows a budget.
#[derive(Clone)]
struct Follower {
    db: Database,
    /// Nobody in particular, if there is none.
    user: Option<UserId>,
    node: Node,
}

impl Follower {
    /// Reads the budget, and how far its journal was read with it.
    async fn look(self, journal: Option<Journal>) -> Result<(Budget, Journal)> {
        let actor = self.actor().await?;
        let mut journal = match journal {
            Some(journal) => journal,
            None => self.listen(&actor).await?,
        };
        let moment = Moment::default();
        let mut budgets = budgets(&self.db, &actor, &[self.node], &moment).await?;
        let budget = budgets.remove(&self.node).unwrap_or(Err(Error::NotFound))?;
        journal.seen = moment.end(journal.fund);
        Ok((budget, journal))
    }

    /// Waits until the budget may no longer be seen, and tells why; asks each time so long has passed.
    async fn refused(&self, ask_every: Duration) -> Error {
        loop {
            sleep(ask_every).await;
            let ask = self.clone().ask();
            match self.db.watcher.in_turn(Reason::Rights, ask).await {
                Ok(()) | Err(Error::Unavailable(_)) => {}
                Err(refusal) => return refusal,
            }
        }
    }

    /// Whether the budget may be seen, without a look at it.
    async fn ask(self) -> Result<()> {
        let actor = self.actor().await?;
        authorise(&self.db, &actor, self.node).await?;
        Ok(())
    }

    /// Listens to the journal of the node's fund, if the follower may see it at all.
    async fn listen(&self, actor: &Actor) -> Result<Journal> {
        let fund = authorise(&self.db, actor, self.node).await?;
        Ok(Journal {
            fund,
            end: self.db.watcher.listen(fund),
            seen: None,
        })
    }

    /// The follower, with what they hold at this moment.
    async fn actor(&self) -> Result<Actor> {
        let request_id = Uuid::now_v7();
        match self.user {
            Some(user) => identity::queries::actor(&self.db, user, request_id).await,
            None => Ok(Actor::anonymous(request_id)),
        }
    }
}
