//! Who waits to hear that a journal has moved: commits of this process say so at once, those of another are found by
//! looking.
//!
//! Looking works alike on both databases, and over whatever pools connections to PostgreSQL, where `LISTEN` would need
//! a connection of its own for as long as anybody listens. It is one statement every [`TICK`], however many listen to
//! however many journals, and none while nobody does. No connection is held in between.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use entity::ledger_head;
use entity::value::FundId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, timeout};
use tracing::Instrument;

use crate::database::Reader;
use crate::{Error, Result};

/// How often to look whether another process has moved a journal.
pub(crate) const TICK: Duration = Duration::from_millis(500);
/// How many of those who were told read at a time: a commit that many follow leaves connections to everybody else.
const READING: usize = 2;

/// Tells where journals end to whoever listens.
#[derive(Debug)]
pub(crate) struct Watcher {
    reader: Reader,
    runtime: Handle,
    patience: Duration,
    watched: Mutex<Watched>,
    /// Turns of those who were told, and read what has become of it.
    turns: Semaphore,
    /// Who may come for a turn without having been told anything: one at a time, so that news never wait for more than
    /// one of them.
    untold: Semaphore,
}

/// Why somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// They were told something, or know nothing yet.
    News,
    /// To see whether they still may.
    Rights,
}

#[derive(Debug, Default)]
struct Watched {
    /// The last known end of each journal that somebody listens to.
    ends: HashMap<FundId, watch::Sender<i64>>,
    /// Whether somebody looks at them.
    is_looking: bool,
}

impl Watcher {
    /// A watcher of a database, which has so long to answer. It looks in the runtime that this is called from.
    pub(crate) fn new(reader: Reader, patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            reader,
            runtime: Handle::current(),
            patience,
            watched: Mutex::default(),
            turns: Semaphore::new(READING),
            untold: Semaphore::new(1),
        })
    }

    /// Reads when it is somebody's turn, and gives the read up with the future that waits for it.
    ///
    /// In a task of its own: whoever waits may not be polled for as long as their client takes nothing, and would keep
    /// their turn, and a connection of the database, from everybody else.
    pub(crate) async fn in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        reason: Reason,
        read: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let watcher = Arc::clone(self);
        let turn = async move {
            let _first = match reason {
                Reason::News => None,
                Reason::Rights => Some(watcher.untold.acquire().await.map_err(Error::internal)?),
            };
            let _turn = watcher.turns.acquire().await.map_err(Error::internal)?;
            watcher.in_time(read).await
        };
        // Aborts what is in it when it is dropped.
        let mut task = JoinSet::new();
        task.spawn_on(turn.in_current_span(), &self.runtime);
        match task.join_next().await {
            Some(read) => read.map_err(Error::internal)?,
            None => Err(Error::internal("a task that was spawned is not there")),
        }
    }

    /// What is read of the database, unless it takes too long: one that is gone without a word never answers.
    async fn in_time<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        let read = timeout(self.patience, read).await;
        read.map_err(|elapsed| Error::Unavailable(Arc::new(elapsed)))?
    }

    /// Where the journal of a fund ends: the number of its last transfer, from now on. It is 0 until it is known.
    pub(crate) fn listen(self: &Arc<Self>, fund: FundId) -> watch::Receiver<i64> {
        let mut watched = self.watched();
        let end = watched.ends.entry(fund).or_default().subscribe();
        if !watched.is_looking {
            watched.is_looking = true;
            self.runtime.spawn(Arc::clone(self).look_around());
        }
        end
    }

    /// Tells that journals end there. Late news of an earlier end are none.
    pub(crate) fn tell(&self, ends: &[ledger_head::Model]) {
        let watched = self.watched();
        for end in ends {
            if let Some(known) = watched.ends.get(&end.fund_id) {
                known.send_if_modified(|seq| {
                    let is_news = end.seq > *seq;
                    *seq = end.seq.max(*seq);
                    is_news
                });
            }
        }
    }

    /// Looks where the journals end that somebody listens to, until nobody does.
    async fn look_around(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_away = false;
        loop {
            ticks.tick().await;
            let Some(funds) = self.listened_to() else { return };
            match self.in_time(self.look(funds)).await {
                Ok(ends) => {
                    is_away = false;
                    self.tell(&ends);
                }
                // Whoever listens goes on listening, and hears of it all when the database is back.
                Err(_) if is_away => {}
                Err(error) => {
                    is_away = true;
                    tracing::warn!(
                        ?error,
                        "cannot see whether journals have moved; looking again until it works"
                    );
                }
            }
        }
    }

    async fn look(&self, funds: Vec<FundId>) -> Result<Vec<ledger_head::Model>> {
        let heads = ledger_head::Entity::find().filter(ledger_head::Column::FundId.is_in(funds));
        Ok(heads.all(&self.reader).await?)
    }

    /// The funds whose journals somebody listens to; none if nobody does, and then nobody looks any more.
    fn listened_to(&self) -> Option<Vec<FundId>> {
        let mut watched = self.watched();
        watched.ends.retain(|_, end| end.receiver_count() > 0);
        watched.is_looking = !watched.ends.is_empty();
        watched.is_looking.then(|| watched.ends.keys().copied().collect())
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt;

    use super::*;
    use crate::{Clock, Database, database::Pool};

    /// The watcher of a database that has so long to answer.
    async fn watcher(patience: Duration) -> Arc<Watcher> {
        let pool = Pool {
            patience,
            ..Pool::default()
        };
        let database = Database::open("sqlite::memory:", pool, Clock::system()).await;
        database.expect("a database").watcher
    }

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_read_that_nobody_waits_for_any_more_keeps_no_turn() {
        let watcher = watcher(LONG).await;
        let endless = || Box::pin(watcher.in_turn(Reason::News, pending::<Result<()>>()));
        let mut waiting: Vec<_> = (0..READING + 3).map(|_| endless()).collect();
        for read in &mut waiting {
            assert!(read.now_or_never().is_none());
        }
        drop(waiting);
        let next = timeout(LONG / 2, watcher.in_turn(Reason::News, ready(Ok(1)))).await;
        assert!(matches!(next, Ok(Ok(1))), "{next:?}");
    }

    #[tokio::test]
    async fn a_read_goes_on_while_whoever_waits_for_it_is_not_polled() {
        let watcher = watcher(LONG).await;
        let short = || Box::pin(watcher.in_turn(Reason::News, tokio::task::yield_now().map(Ok)));
        let mut waiting: Vec<_> = (0..READING + 3).map(|_| short()).collect();
        for read in &mut waiting {
            assert!(read.now_or_never().is_none());
        }
        let next = timeout(LONG / 2, watcher.in_turn(Reason::News, ready(Ok(1)))).await;
        assert!(matches!(next, Ok(Ok(1))), "{next:?}");
        for read in waiting {
            assert!(read.await.is_ok());
        }
    }

    #[tokio::test]
    async fn a_read_that_is_never_answered_is_an_outage_and_leaves_its_turn() {
        let watcher = watcher(Duration::from_millis(50)).await;
        for _ in 0..=READING {
            let read = timeout(LONG, watcher.in_turn(Reason::News, pending::<Result<()>>())).await;
            assert!(matches!(read, Ok(Err(Error::Unavailable(_)))), "{read:?}");
        }
    }

    #[tokio::test]
    async fn those_who_ask_for_their_rights_take_one_turn_together() {
        let watcher = watcher(LONG).await;
        let endless = || Box::pin(watcher.in_turn(Reason::Rights, pending::<Result<()>>()));
        let mut asking: Vec<_> = (0..READING + 3).map(|_| endless()).collect();
        for read in &mut asking {
            assert!(read.now_or_never().is_none());
        }
        let next = timeout(LONG / 2, watcher.in_turn(Reason::News, ready(Ok(1)))).await;
        assert!(matches!(next, Ok(Ok(1))), "{next:?}");
    }
}
