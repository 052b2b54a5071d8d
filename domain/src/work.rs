//! One mutation is one [`Work`]: a transaction, with its actor, its instant, its audit events and its outbox rows.
//!
//! [`Database::execute`] runs a [`Command`] in a Work and commits them all or none. A Work that recorded nothing is
//! refused: no change goes without its audit event. Commands that wait for the same journal share one commit
//! ([`writer`]).

mod figures;
mod idempotency;
mod item;
pub(crate) mod point;
mod posting;
pub(crate) mod watcher;
pub(crate) mod writer;

use std::{
    future::Future,
    time::{self, Duration},
};

use entity::value::{AuditEventId, FundId, Instant, NodeKind, OutboxId};
use entity::{audit_event, ledger_head, outbox};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, IsolationLevel, QueryFilter,
    QuerySelect, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sea_query::{Expr, LockType},
};
use serde::{Serialize, de::DeserializeOwned};
use tracing::Instrument;
use uuid::Uuid;

pub use figures::QueueFigures;
pub use idempotency::Idempotency;
pub use posting::{Posting, Side};

use crate::{Actor, Clock, Database, Error, Result, error::Cause};
use item::{Asked, Mode};
use point::point;

/// A change somebody asks for.
pub trait Command: Clone + Send + Sync + 'static {
    /// What it answers: usually the identifier of what it made or changed.
    type Output: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The key that makes a repeat harmless; every command that moves money has one.
    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Ok(None)
    }

    /// The fund to whose journal it writes; every command that moves money has one. `None` also when the object it is
    /// about does not exist. Asks nothing about the actor: [`run`](Command::run) does.
    fn journal(&self, db: &Database) -> impl Future<Output = Result<Option<FundId>>> + Send {
        let _ = db;
        std::future::ready(Ok(None))
    }

    /// Does it, in a transaction that commits when this succeeds. May be run again from the start.
    fn run(&self, work: &mut Work) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// What a command answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The answer.
    pub value: T,
    /// What moved in the ledger, and what is left.
    pub postings: Vec<Posting>,
    /// Whether it is the stored answer to an earlier request with the same idempotency key.
    pub replayed: bool,
    /// Whether nothing was done: it says what would be.
    pub preview: bool,
}

/// A transaction in progress.
#[derive(Debug)]
pub struct Work {
    txn: DatabaseTransaction,
    clock: Clock,
    /// Who asks.
    pub actor: Actor,
    /// The instant at which all of this happens.
    pub now: Instant,
    /// The idempotency key of the command, if it has one.
    pub idempotency_key: Option<String>,
    postings: Vec<Posting>,
    /// The ends of the journals it writes to, locked; written back when it commits.
    ends: Vec<ledger_head::Model>,
    /// Whether what the present actor asked for has left something to keep.
    recorded: bool,
    /// Whether something that was asked for before, and has ended, has.
    owes: bool,
}

/// The object that an audit event or a transfer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its kind.
    pub kind: NodeKind,
    /// Its identifier.
    pub id: Uuid,
}

impl Subject {
    /// The object of a kind with an identifier.
    pub fn new(kind: NodeKind, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl Database {
    /// Runs a command as an actor: everything it does is committed together, or nothing is.
    ///
    /// Tries again when the database reports a deadlock or a serialisation failure. With an idempotency key, a repeat
    /// of the same command answers what the first one did, refusals included. Once begun it goes to its end, even if
    /// the caller no longer waits for the answer.
    pub async fn execute<C: Command>(&self, actor: &Actor, command: &C) -> Result<Outcome<C::Output>> {
        self.ask(actor, command, Mode::Do).await
    }

    /// What a command would answer and move if it were executed now. Changes nothing, and leaves its idempotency key
    /// unused.
    pub async fn preview<C: Command>(&self, actor: &Actor, command: &C) -> Result<Outcome<C::Output>> {
        self.ask(actor, command, Mode::Preview).await
    }

    async fn ask<C: Command>(&self, actor: &Actor, command: &C, mode: Mode) -> Result<Outcome<C::Output>> {
        let idempotency = command.idempotency()?;
        if idempotency.is_some() {
            // A key is its person's own: nobody else takes a place in a queue.
            actor.require_user()?;
        }
        let journal = if self.queue.is_alone() || idempotency.is_none() {
            None
        } else {
            command.journal(self).await?
        };
        let (item, answer) = Asked::new(actor.clone(), command.clone(), idempotency, mode);
        self.queue.send(journal, Box::new(item))?;
        // From its place in the queue to the commit.
        let span = tracing::debug_span!("command", name = name_of::<C>());
        answer.instrument(span).await.map_err(Error::internal)?
    }

    /// A transaction that only reads, and sees one instant of the database throughout.
    #[expect(clippy::disallowed_methods, reason = "this module is where transactions begin")]
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let isolation = Some(IsolationLevel::RepeatableRead);
        Ok(self.reader.begin_with_config(isolation, None).await?)
    }
}

impl Database {
    /// Waits for whoever is writing to the journal of a fund: until they have committed, or given up.
    pub(crate) async fn pass_writers(&self, fund: FundId) -> Result<()> {
        if self.queue.is_alone() {
            let turn = Work::begin(&self.writer, self.clock(), self.queue.patience()).await?;
            return Ok(turn.txn.rollback().await?);
        }
        let end = ledger_head::Entity::find_by_id(fund).lock(LockType::Share);
        end.one(&self.reader).await?;
        Ok(())
    }
}

impl Work {
    /// Begins, as soon as nobody else is writing to the file, on SQLite; fails if that takes more than the patience.
    #[expect(clippy::disallowed_methods, reason = "this module is where transactions begin")]
    async fn begin(connection: &DatabaseConnection, clock: &Clock, patience: Duration) -> Result<Self> {
        let since = time::Instant::now();
        let txn = loop {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            match connection.begin_with_options(options).await {
                Err(error) if Cause::is_taken(&error) && since.elapsed() < patience => {}
                begun => break begun?,
            }
        };
        point!("work::begun");
        Ok(Self {
            txn,
            clock: clock.clone(),
            actor: Actor::anonymous(Uuid::nil()),
            now: Instant(0),
            idempotency_key: None,
            postings: Vec::new(),
            ends: Vec::new(),
            recorded: false,
            owes: false,
        })
    }

    /// Starts what one actor asks for. What was done before, in the same transaction, is not its own.
    async fn start(&mut self, actor: &Actor) -> Result<Start> {
        self.txn.execute_unprepared("SAVEPOINT item").await?;
        point!("work::started");
        self.actor = actor.clone();
        self.now = self.clock.now();
        self.idempotency_key = None;
        self.postings.clear();
        self.recorded = false;
        Ok(Start {
            ends: self.ends.clone(),
        })
    }

    /// Undoes everything since the start, and stays there.
    async fn undo(&mut self, start: &Start) -> Result<()> {
        self.txn.execute_unprepared("ROLLBACK TO SAVEPOINT item").await?;
        point!("work::undone");
        self.ends.clone_from(&start.ends);
        self.postings.clear();
        self.recorded = false;
        Ok(())
    }

    /// Ends what one actor asked for: what was not undone will be committed.
    async fn end(&mut self) -> Result<()> {
        self.txn.execute_unprepared("RELEASE SAVEPOINT item").await?;
        self.owes |= self.recorded;
        Ok(())
    }

    /// The transaction, for the queries and writes of a command.
    pub(crate) fn txn(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// The end of a fund's journal, locked until the Work ends: nobody else writes to it meanwhile.
    pub(crate) async fn journal_end(&mut self, fund: FundId) -> Result<ledger_head::Model> {
        if let Some(end) = self.ends.iter().find(|end| end.fund_id == fund) {
            return Ok(end.clone());
        }
        let mut end = ledger_head::Entity::find_by_id(fund)
            .lock(LockType::NoKeyUpdate)
            .one(&self.txn)
            .await?
            .ok_or_else(|| Error::internal("a fund has no journal"))?;
        point!("work::locked");
        // What is recorded now is recorded after the lock was had, however long that took: whoever has waited for the
        // lock to be free has seen all that is recorded by then.
        end.recorded_at = Ord::max(end.recorded_at, self.clock.now());
        self.ends.push(end.clone());
        Ok(end)
    }

    /// Moves the end of a journal that [`journal_end`](Work::journal_end) has locked.
    pub(crate) fn move_journal_end(&mut self, moved: ledger_head::Model) {
        if let Some(end) = self.ends.iter_mut().find(|end| end.fund_id == moved.fund_id) {
            *end = moved;
        }
    }

    /// Adds to what the caller is told about the ledger.
    pub(crate) fn tell(&mut self, posting: Posting) {
        self.postings.push(posting);
    }

    /// Writes the audit event of a change, and the outbox row that will tell the world of it.
    ///
    /// `action` is `noun.verb`; `before` is absent for something new.
    pub(crate) async fn record<T: Serialize + Sync>(
        &mut self,
        action: &str,
        subject: Subject,
        before: Option<&T>,
        after: &T,
    ) -> Result<AuditEventId> {
        let id = AuditEventId::new();
        let event = audit_event::ActiveModel {
            id: Set(id),
            at: Set(self.now),
            actor_id: Set(self.actor.user_id()),
            request_id: Set(self.actor.request_id),
            action: Set(action.to_owned()),
            subject_kind: Set(subject.kind),
            subject_id: Set(subject.id),
            before: Set(before.map(serde_json::to_string).transpose()?),
            after: Set(serde_json::to_string(after)?),
        };
        audit_event::Entity::insert(event)
            .exec_without_returning(&self.txn)
            .await?;
        let message = outbox::ActiveModel {
            id: Set(OutboxId::new()),
            audit_event_id: Set(id),
            topic: Set(action.to_owned()),
            subject_kind: Set(subject.kind),
            subject_id: Set(subject.id),
            created_at: Set(self.now),
            delivered_at: Set(None),
        };
        outbox::Entity::insert(message)
            .exec_without_returning(&self.txn)
            .await?;
        point!("work::recorded");
        self.recorded = true;
        Ok(id)
    }

    /// Commits, with the ends of the journals that were written to; answers with these.
    async fn commit(self) -> Result<Vec<ledger_head::Model>, Failure> {
        if !self.owes {
            self.txn.rollback().await.map_err(Failure::before_commit)?;
            return Ok(Vec::new());
        }
        for end in &self.ends {
            ledger_head::Entity::update_many()
                .col_expr(ledger_head::Column::Seq, Expr::value(end.seq))
                .col_expr(ledger_head::Column::Hash, Expr::value(end.hash.as_str()))
                .col_expr(ledger_head::Column::RecordedAt, Expr::value(end.recorded_at))
                .filter(ledger_head::Column::FundId.eq(end.fund_id))
                .filter(ledger_head::Column::Seq.lt(end.seq))
                .exec(&self.txn)
                .await
                .map_err(Failure::before_commit)?;
        }
        point!("work::before_commit");
        self.txn.commit().await.map_err(|error| Failure {
            error: error.into(),
            unknown: true,
        })?;
        point!("work::after_commit");
        Ok(self.ends)
    }
}

/// What a command is called, without where it is.
fn name_of<C: Command>() -> &'static str {
    std::any::type_name::<C>().rsplit("::").next().unwrap_or_default()
}

/// What a Work was when somebody's part of it started.
struct Start {
    ends: Vec<ledger_head::Model>,
}

/// Why a transaction failed.
struct Failure {
    error: Error,
    /// Whether it may have been committed all the same: the answer to COMMIT never came.
    unknown: bool,
}

impl Failure {
    fn before_commit(error: impl Into<Error>) -> Self {
        Self {
            error: error.into(),
            unknown: false,
        }
    }
}
