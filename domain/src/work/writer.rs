//! Group commit: commands that wait for the same journal share one transaction, and one wait for the disk.
//!
//! A journal is written by one transaction at a time anyway (its end is locked first), so whoever would wait for it
//! queues here instead, and is taken along by the next transaction. On PostgreSQL there is a queue per fund in each
//! process, and what moves no money goes its own way; two processes meet at the lock of the journal's end. On SQLite
//! one connection writes, so one queue takes everything.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use entity::value::FundId;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::{runtime::Handle, sync::mpsc};

use super::figures::{Counters, QueueFigures};
use super::item::{Item, Step};
use super::{Failure, Work, point::point, watcher::Watcher};
use crate::database::IDLE;
use crate::{Clock, Error, Result};

/// The most commands that share a transaction. PostgreSQL keeps 64 subtransactions in memory; a savepoint is one.
const BATCH: usize = 48;
/// Why a command is turned away when too many wait.
const CROWDED: &str = "too many commands wait for the same journal";
/// The most commands that wait in one queue; the next is turned away.
const WAITING: usize = 1024;
/// How often a transaction is tried when the database asks to try again.
const ATTEMPTS: u32 = 6;

/// A queue of commands for one journal, or for all.
type Queue = mpsc::Sender<Waiting>;

struct Waiting {
    item: Box<dyn Item>,
    since: Instant,
}

/// Where commands wait for their turn.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: DatabaseConnection,
    clock: Clock,
    patience: Duration,
    watcher: Arc<Watcher>,
    runtime: Handle,
    queues: Mutex<HashMap<Option<FundId>, Queue>>,
    counters: Arc<Counters>,
}

impl Writer {
    /// A writer to a database, which tells a watcher what it has committed. Its queues are served by the runtime that
    /// this is called from.
    pub(crate) fn new(connection: DatabaseConnection, clock: Clock, patience: Duration, watcher: Arc<Watcher>) -> Self {
        Self {
            connection,
            clock,
            patience,
            watcher,
            runtime: Handle::current(),
            queues: Mutex::default(),
            counters: Arc::default(),
        }
    }

    /// What the queues have done, and how long they are.
    pub(crate) fn figures(&self) -> QueueFigures {
        self.counters.figures()
    }

    /// Runs a command in its turn. Fails at once when too many wait; its own answer comes by itself.
    pub(super) fn send(&self, journal: Option<FundId>, item: Box<dyn Item>) -> Result<()> {
        if journal.is_none() && !self.is_alone() {
            // What moves no money waits for nobody. Spawned, so that it goes to its end if the caller goes away.
            let lane = self.lane(None);
            self.runtime.spawn(async move { lane.alone(item).await });
            return Ok(());
        }
        let waiting = Waiting {
            item,
            since: Instant::now(),
        };
        self.counters.came();
        self.queue(journal).try_send(waiting).map_err(|_| {
            self.counters.left(1);
            self.counters.turned_away();
            Error::busy(CROWDED)
        })
    }

    /// How long whoever waits for others to be done writing does so.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether the database has one writer, who takes everything in turn.
    pub(super) fn is_alone(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Sqlite
    }

    fn lane(&self, journal: Option<FundId>) -> Lane {
        Lane {
            journal,
            connection: self.connection.clone(),
            clock: self.clock.clone(),
            patience: self.patience,
            counters: Arc::clone(&self.counters),
            watcher: Arc::clone(&self.watcher),
        }
    }

    fn queue(&self, journal: Option<FundId>) -> Queue {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(&journal).filter(|queue| !queue.is_closed()) {
            return queue.clone();
        }
        let (queue, waiting) = mpsc::channel(WAITING);
        self.runtime.spawn(self.lane(journal).serve(waiting));
        queues.insert(journal, queue.clone());
        queue
    }
}

/// What it takes to serve one queue. It holds no queue itself, so it ends with the last [`Writer`].
struct Lane {
    journal: Option<FundId>,
    connection: DatabaseConnection,
    clock: Clock,
    patience: Duration,
    counters: Arc<Counters>,
    watcher: Arc<Watcher>,
}

impl Lane {
    async fn serve(self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            self.counters.left(batch.len());
            let mut items = Vec::with_capacity(batch.len());
            for Waiting { mut item, since } in batch.drain(..) {
                if since.elapsed() > self.patience {
                    self.counters.turned_away();
                    item.settle(Some(Error::busy(CROWDED)));
                } else if !item.is_abandoned() {
                    items.push(item);
                }
            }
            self.together(items).await;
        }
    }

    /// Runs items in one transaction, and those it leaves without an answer each in one of its own.
    async fn together(&self, mut items: Vec<Box<dyn Item>>) {
        if items.is_empty() {
            return;
        }
        let mut work = match self.begin().await {
            Ok(work) => work,
            Err(error) if error.is_transient() || error.is_cut() => return self.one_by_one(items).await,
            Err(error) => return items.iter_mut().for_each(|item| item.settle(Some(error.clone()))),
        };
        let mut answered = Vec::with_capacity(items.len());
        let mut again = Vec::new();
        let mut broken = false;
        for mut item in items.drain(..) {
            if broken {
                again.push(item);
                continue;
            }
            point!("writer::between_items", !answered.is_empty());
            match item.run(&mut work).await {
                Step::Answered => answered.push(item),
                Step::Again(_) => again.push(item),
                Step::Broken(_) => {
                    broken = true;
                    again.push(item);
                }
            }
        }
        if broken {
            drop(work);
            answered.append(&mut again);
            return self.one_by_one(answered).await;
        }
        match work.commit().await {
            Ok(ends) => {
                self.count(&answered);
                for item in &mut answered {
                    item.settle(None);
                }
                self.watcher.tell(&ends);
            }
            Err(failure) => {
                for mut item in answered {
                    if failure.unknown {
                        item.doubt();
                    }
                    if failure.unknown && !item.is_repeatable() {
                        item.settle(Some(failure.error.clone()));
                    } else {
                        again.push(item);
                    }
                }
            }
        }
        point!("writer::settled");
        self.one_by_one(again).await;
    }

    async fn one_by_one(&self, items: Vec<Box<dyn Item>>) {
        let mut outage = None;
        for mut item in items {
            if outage.is_some() {
                item.settle(outage.clone());
            } else {
                outage = self.alone(item).await;
            }
        }
    }

    /// Runs an item in a transaction of its own, again when the database asks for it. Answers with the error if the
    /// database is not there, so that whoever is next need not find it out again.
    async fn alone(&self, mut item: Box<dyn Item>) -> Option<Error> {
        let mut attempt = 1;
        loop {
            let Err(failure) = self.attempt(item.as_mut()).await else {
                self.count(std::slice::from_ref(&item));
                item.settle(None);
                return None;
            };
            let cut = failure.error.is_cut() && attempt == 1 && (!failure.unknown || item.is_repeatable());
            if attempt == ATTEMPTS || !(failure.error.is_transient() || cut) {
                item.settle(Some(failure.error.clone()));
                return Some(failure.error).filter(Error::is_unavailable);
            }
            if failure.unknown {
                item.doubt();
            }
            let pause = if cut { IDLE } else { Duration::from_millis(2 << attempt) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Counts a transaction that has been committed with these.
    fn count(&self, items: &[Box<dyn Item>]) {
        let transfers = items.iter().map(|item| item.transfers()).sum();
        self.counters.committed(items.len(), transfers);
    }

    async fn attempt(&self, item: &mut dyn Item) -> Result<(), Failure> {
        let mut work = self.begin().await.map_err(Failure::before_commit)?;
        match item.run(&mut work).await {
            Step::Answered => work.commit().await.map(|ends| self.watcher.tell(&ends)),
            Step::Again(error) | Step::Broken(error) => Err(Failure::before_commit(error)),
        }
    }

    /// A transaction that holds the end of its journal: no two of them can wait for each other.
    async fn begin(&self) -> Result<Work> {
        let mut work = Work::begin(&self.connection, &self.clock, self.patience).await?;
        if let Some(fund) = self.journal {
            work.journal_end(fund).await?;
        }
        Ok(work)
    }
}
