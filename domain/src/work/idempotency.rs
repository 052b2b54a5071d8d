//! Idempotency keys: a repeat of a money-moving command answers what the first one did, and does nothing.

use entity::idempotency_key;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TryInsertResult, sea_query::Expr};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Outcome, Work};
use crate::error::is_forbidden;
use crate::{Code, Error, Refusal, Result};

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
    Done(serde_json::Value),
    Refused(Vec<Refusal>),
}

/// Whether the key is new.
pub(super) enum Claim {
    New,
    Stored(Stored),
}

impl Idempotency {
    /// The key of a command; the command's serialised fields are its fingerprint.
    pub fn new<C: Serialize>(operation: &'static str, key: &str, command: &C) -> Result<Option<Self>> {
        let length = key.chars().count();
        if !(1..=200).contains(&length) || key.chars().any(is_forbidden) {
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

    /// Takes the key, or finds the answer stored under it. A concurrent holder of the same key is waited for: the
    /// insertion blocks on its uncommitted row.
    pub(super) async fn claim(&self, work: &mut Work) -> Result<Claim> {
        let principal_id = work.actor.require_user()?;
        let row = idempotency_key::ActiveModel {
            principal_id: Set(principal_id),
            key: Set(self.key.clone()),
            operation: Set(self.operation.to_owned()),
            fingerprint: Set(self.fingerprint.clone()),
            outcome: Set(String::new()),
            created_at: Set(work.now),
        };
        let inserted = idempotency_key::Entity::insert(row)
            .on_conflict_do_nothing_on([idempotency_key::Column::PrincipalId, idempotency_key::Column::Key])
            .exec_without_returning(&work.txn)
            .await?;
        if matches!(inserted, TryInsertResult::Inserted(1..)) {
            work.idempotency_key = Some(self.key.clone());
            return Ok(Claim::New);
        }
        let stored = idempotency_key::Entity::find_by_id((principal_id, self.key.clone()))
            .one(&work.txn)
            .await?
            .ok_or_else(|| Error::internal("an idempotency key vanished"))?;
        if stored.operation != self.operation || stored.fingerprint != self.fingerprint {
            return Err(Refusal::new(
                Code::IdempotencyKeyReused,
                "This idempotency key was used for a different operation. Use a new one.",
                "Cette clé d'idempotence a servi à une autre opération. Utilisez-en une nouvelle.",
            )
            .at("idempotencyKey")
            .into());
        }
        Ok(Claim::Stored(serde_json::from_str(&stored.outcome)?))
    }

    /// Stores what the command answered. What is neither an answer nor a refusal is not stored, and ends the Work.
    pub(super) async fn store<T: Serialize>(&self, work: &Work, result: Result<T>) -> Result<Result<T>> {
        let stored = match &result {
            Ok(value) => Stored::Done(serde_json::to_value(value)?),
            Err(Error::Refused(refusals)) => Stored::Refused(refusals.clone()),
            Err(_) => return result.map(Ok),
        };
        idempotency_key::Entity::update_many()
            .col_expr(
                idempotency_key::Column::Outcome,
                Expr::value(serde_json::to_string(&stored)?),
            )
            .filter(idempotency_key::Column::PrincipalId.eq(work.actor.require_user()?))
            .filter(idempotency_key::Column::Key.eq(self.key.as_str()))
            .exec(&work.txn)
            .await?;
        Ok(result)
    }
}

impl Stored {
    /// The stored answer, marked as a replay.
    pub(super) fn answer<T: DeserializeOwned>(self) -> Result<Outcome<T>> {
        match self {
            Self::Done(value) => Ok(Outcome {
                value: serde_json::from_value(value)?,
                replayed: true,
            }),
            Self::Refused(refusals) => {
                let replayed = refusals
                    .into_iter()
                    .map(|refusal| refusal.with("replayed", true))
                    .collect();
                Err(Error::Refused(replayed))
            }
        }
    }
}
