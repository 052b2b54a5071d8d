//! Idempotency keys: a repeat of a money-moving command answers what the first one did, and does nothing.

use entity::idempotency_key;
use sea_orm::{ActiveValue::Set, EntityTrait, TryInsertResult};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Outcome, Posting, Work};
use crate::{Code, Error, Refusal, Result, text};

/// The key a caller chose for one command, with a fingerprint of that command.
#[derive(Clone, Debug)]
pub struct Idempotency {
    operation: &'static str,
    key: String,
    fingerprint: String,
}

/// The stored answer, before it is given a type.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stored {
    /// As it was stored before callers were told of transfers.
    Done(serde_json::Value),
    Moved {
        value: serde_json::Value,
        postings: Vec<Posting>,
    },
    Refused(Vec<Refusal>),
}

impl Idempotency {
    /// The key of a command; the command's serialised fields are its fingerprint.
    pub fn new<C: Serialize>(operation: &'static str, key: &str, command: &C) -> Result<Option<Self>> {
        let length = key.chars().count();
        if !(1..=200).contains(&length) || !text::may_be_kept(key) {
            return Err(Refusal::invalid(
                "idempotencyKey",
                "Give an idempotency key of 1 to 200 characters, new for every operation.",
                "Donnez une clé d'idempotence de 1 à 200 caractères, nouvelle pour chaque opération.",
            )
            .into());
        }
        let mut digest = Sha256::new();
        digest.update(operation);
        digest.update([0]);
        digest.update(serde_json::to_vec(command)?);
        Ok(Some(Self {
            operation,
            key: key.to_owned(),
            fingerprint: hex::encode(digest.finalize()),
        }))
    }

    /// The answer stored under the key, if it was used before.
    pub(super) async fn stored(&self, work: &mut Work) -> Result<Option<Stored>> {
        let principal_id = work.actor.require_user()?;
        let found = idempotency_key::Entity::find_by_id((principal_id, self.key.clone()))
            .one(&work.txn)
            .await?;
        work.idempotency_key = Some(self.key.clone());
        let Some(stored) = found else { return Ok(None) };
        if stored.operation != self.operation || stored.fingerprint != self.fingerprint {
            return Err(reused().into());
        }
        Ok(Some(serde_json::from_str(&stored.outcome)?))
    }

    /// Stores what the command answered. What is neither an answer nor a refusal is not stored. When somebody else has
    /// stored an answer in the meantime, the error says to try again, and to find it.
    pub(super) async fn store<T: Serialize>(
        &self,
        work: &mut Work,
        result: &Result<T>,
        postings: &[Posting],
    ) -> Result<()> {
        let stored = match result {
            Ok(value) => Stored::Moved {
                value: serde_json::to_value(value)?,
                postings: postings.to_vec(),
            },
            Err(Error::Refused(refusals)) => Stored::Refused(refusals.clone()),
            Err(_) => return Ok(()),
        };
        let row = idempotency_key::ActiveModel {
            principal_id: Set(work.actor.require_user()?),
            key: Set(self.key.clone()),
            operation: Set(self.operation.to_owned()),
            fingerprint: Set(self.fingerprint.clone()),
            outcome: Set(serde_json::to_string(&stored)?),
            created_at: Set(work.now),
        };
        let inserted = idempotency_key::Entity::insert(row)
            .on_conflict_do_nothing_on([idempotency_key::Column::PrincipalId, idempotency_key::Column::Key])
            .exec_without_returning(&work.txn)
            .await?;
        if !matches!(inserted, TryInsertResult::Inserted(1..)) {
            return Err(Error::raced());
        }
        work.recorded = true;
        Ok(())
    }
}

fn reused() -> Refusal {
    Refusal::new(
        Code::IdempotencyKeyReused,
        "This idempotency key was used for a different operation. Use a new one.",
        "Cette clé d'idempotence a servi à une autre opération. Utilisez-en une nouvelle.",
    )
    .at("idempotencyKey")
}

impl Stored {
    /// The stored answer, marked as a replay.
    pub(super) fn answer<T: DeserializeOwned>(self) -> Result<Outcome<T>> {
        let (value, postings) = match self {
            Self::Done(value) => (value, Vec::new()),
            Self::Moved { value, postings } => (value, postings),
            Self::Refused(refusals) => {
                let replayed = |refusal| Refusal {
                    replayed: true,
                    ..refusal
                };
                return Err(Error::Refused(refusals.into_iter().map(replayed).collect()));
            }
        };
        Ok(Outcome {
            value: serde_json::from_value(value)?,
            postings,
            replayed: true,
            preview: false,
        })
    }
}
