//! One mutation is one [`Work`]: a transaction, with its actor, its instant, its audit events and its outbox rows.
//!
//! [`Database::execute`] runs a [`Command`] in a Work and commits them all or none. A Work that recorded nothing is
//! refused: no change goes without its audit event.

mod idempotency;

use std::{future::Future, time::Duration};

use entity::value::{AuditEventId, Instant, NodeKind, OutboxId};
use entity::{audit_event, outbox};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use idempotency::Claim;
pub use idempotency::Idempotency;

use crate::{Actor, Database, Error, Result};

/// How often a transaction is tried when the database asks to try again.
const ATTEMPTS: u32 = 6;

/// A change somebody asks for.
pub trait Command: Send + Sync {
    /// What it answers: usually the identifier of what it made or changed.
    type Output: Serialize + DeserializeOwned + Send;

    /// The key that makes a repeat harmless; every command that moves money has one.
    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Ok(None)
    }

    /// Does it, in a transaction that commits when this succeeds. May be run again from the start.
    fn run(&self, work: &mut Work) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// What a command answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The answer.
    pub value: T,
    /// Whether it is the stored answer to an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// A transaction in progress.
#[derive(Debug)]
pub struct Work {
    txn: DatabaseTransaction,
    /// Who asks.
    pub actor: Actor,
    /// The instant at which all of this happens.
    pub now: Instant,
    /// The idempotency key of the command, if it has one.
    pub idempotency_key: Option<String>,
    recorded: bool,
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
    /// of the same command answers what the first one did, refusals included.
    pub async fn execute<C: Command>(&self, actor: &Actor, command: &C) -> Result<Outcome<C::Output>> {
        let mut attempt = 1;
        loop {
            match self.attempt(actor, command).await {
                Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(2 << attempt)).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    async fn attempt<C: Command>(&self, actor: &Actor, command: &C) -> Result<Outcome<C::Output>> {
        let idempotency = command.idempotency()?;
        let mut work = Work::begin(self, actor).await?;
        let Some(idempotency) = idempotency else {
            let value = command.run(&mut work).await?;
            work.commit().await?;
            return Ok(Outcome { value, replayed: false });
        };
        match idempotency.claim(&mut work).await? {
            Claim::Stored(outcome) => {
                work.txn.rollback().await?;
                outcome.answer()
            }
            Claim::New => {
                work.txn.execute_unprepared("SAVEPOINT attempt").await?;
                let result = command.run(&mut work).await;
                if matches!(result, Err(Error::Refused(_))) {
                    work.txn.execute_unprepared("ROLLBACK TO SAVEPOINT attempt").await?;
                    work.recorded = true;
                }
                let result = idempotency.store(&work, result).await?;
                work.commit().await?;
                result.map(|value| Outcome { value, replayed: false })
            }
        }
    }

    /// A transaction that only reads, and sees one instant of the database throughout.
    #[expect(clippy::disallowed_methods, reason = "this module is where transactions begin")]
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let isolation = Some(IsolationLevel::RepeatableRead);
        Ok(self.reader.begin_with_config(isolation, None).await?)
    }
}

impl Work {
    #[expect(clippy::disallowed_methods, reason = "this module is where transactions begin")]
    async fn begin(db: &Database, actor: &Actor) -> Result<Self> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let txn = db.writer.begin_with_options(options).await?;
        Ok(Self {
            txn,
            actor: actor.clone(),
            now: db.clock().now(),
            idempotency_key: None,
            recorded: false,
        })
    }

    /// The transaction, for the queries and writes of a command.
    pub(crate) fn txn(&self) -> &DatabaseTransaction {
        &self.txn
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
        self.recorded = true;
        Ok(id)
    }

    async fn commit(self) -> Result<()> {
        if !self.recorded {
            self.txn.rollback().await?;
            return Err(Error::internal(
                "a command changed something and recorded no audit event",
            ));
        }
        self.txn.commit().await?;
        Ok(())
    }
}
