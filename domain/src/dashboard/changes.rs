//! A budget as it changes, for whoever follows it.
//!
//! Everything that makes an event is asked for again each time: what the person holds, what they may see, the figures.
//! A right that has ended meanwhile ends what it allowed, and no event rests on something that was read for an earlier
//! one.

use std::sync::Arc;
use std::time::Duration;

use entity::value::{FundId, UserId};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::budget::Budget;
use super::moment::{Moment, budgets};
use super::queries::{Node, authorise};
use crate::work::watcher::TICK;
use crate::{Actor, Database, Error, Result, identity};

/// The least time between two looks at the same budget: a burst of transfers is told as what it comes to.
const PACE: Duration = Duration::from_millis(250);

/// The budget of a node as it stands, then once whenever it has become another one. The newest is always told; of those
/// in between, only what the listener has time for. An error ends it, as [`budget`](super::queries::budget) would
/// answer it at that time; that the database is away does not.
pub fn changes(
    db: &Database,
    follower: Option<UserId>,
    node: Node,
) -> impl Stream<Item = Result<Budget>> + Send + use<> {
    let following = Following {
        db: db.clone(),
        follower,
        node,
        journal: None,
        seen: None,
        told: None,
        rested: Instant::now(),
    };
    stream::unfold(Some(following), async |following| {
        let mut following = following?;
        let next = following.next().await;
        let following = next.is_ok().then_some(following);
        Some((next, following))
    })
}

/// Somebody who follows a budget.
struct Following {
    db: Database,
    /// Nobody in particular, if there is none.
    follower: Option<UserId>,
    node: Node,
    /// The journal of the node's fund, and where it ends; from before the first look on, so that nothing is missed.
    journal: Option<(FundId, watch::Receiver<i64>)>,
    /// Where it ended at the last look.
    seen: Option<i64>,
    /// The budget that was told last.
    told: Option<Budget>,
    /// When the next look may be.
    rested: Instant,
}

impl Following {
    /// Waits for a budget that was not told yet.
    async fn next(&mut self) -> Result<Budget> {
        loop {
            self.moved().await;
            sleep_until(self.rested).await;
            self.rested = Instant::now() + PACE;
            let watcher = Arc::clone(&self.db.watcher);
            let turn = watcher.turns.acquire().await.map_err(Error::internal)?;
            let budget = self.look().await;
            drop(turn);
            match budget {
                Ok(budget) if self.told == Some(budget) => {}
                Ok(budget) => {
                    self.told = Some(budget);
                    return Ok(budget);
                }
                Err(Error::Unavailable(_)) => sleep(TICK).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until the journal has moved since the last look, if there was one.
    async fn moved(&mut self) {
        let seen = self.seen;
        if let Some((_, end)) = &mut self.journal {
            // It fails when nobody tells any more, and there always is the watcher that it comes from.
            drop(end.wait_for(|end| Some(*end) > seen).await);
        }
    }

    async fn look(&mut self) -> Result<Budget> {
        let actor = self.actor().await?;
        let fund = self.listen(&actor).await?;
        let moment = Moment::default();
        let mut budgets = budgets(&self.db, &actor, &[self.node], &moment).await?;
        let budget = budgets.remove(&self.node).unwrap_or(Err(Error::NotFound))?;
        self.seen = moment.end(fund);
        Ok(budget)
    }

    /// Listens to the journal of the node's fund, if the follower may see it at all.
    async fn listen(&mut self, actor: &Actor) -> Result<FundId> {
        if let Some((fund, _)) = &self.journal {
            return Ok(*fund);
        }
        let fund = authorise(&self.db, actor, self.node).await?;
        self.journal = Some((fund, self.db.watcher.listen(fund)));
        Ok(fund)
    }

    /// The follower, with what they hold at this moment.
    async fn actor(&self) -> Result<Actor> {
        let request_id = Uuid::now_v7();
        match self.follower {
            Some(follower) => identity::queries::actor(&self.db, follower, request_id).await,
            None => Ok(Actor::anonymous(request_id)),
        }
    }
}
