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
use tokio::time::MissedTickBehavior;

use crate::Result;
use crate::database::Reader;

/// How often to look whether another process has moved a journal.
pub(crate) const TICK: Duration = Duration::from_millis(500);
/// How many of those who were told read at a time: a commit that many follow leaves connections to everybody else.
const READING: usize = 2;

/// Tells where journals end to whoever listens.
#[derive(Debug)]
pub(crate) struct Watcher {
    reader: Reader,
    runtime: Handle,
    watched: Mutex<Watched>,
    /// Turns of those who were told, and read what has become of it.
    pub(crate) turns: Semaphore,
}

#[derive(Debug, Default)]
struct Watched {
    /// The last known end of each journal that somebody listens to.
    ends: HashMap<FundId, watch::Sender<i64>>,
    /// Whether somebody looks at them.
    is_looking: bool,
}

impl Watcher {
    /// A watcher of a database. It looks in the runtime that this is called from.
    pub(crate) fn new(reader: Reader) -> Arc<Self> {
        Arc::new(Self {
            reader,
            runtime: Handle::current(),
            watched: Mutex::default(),
            turns: Semaphore::new(READING),
        })
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
            match self.look(funds).await {
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
