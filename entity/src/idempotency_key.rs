//! `idempotency_key`: what a money-moving mutation answered, so that a repeat answers the same.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Instant, UserId};

/// A row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Who sent the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal_id: UserId,
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The mutation.
    pub operation: String,
    /// SHA-256 of the operation and its canonical input, in hexadecimal.
    pub fingerprint: String,
    /// What it answered: canonical JSON.
    pub outcome: String,
    /// When it was first answered.
    pub created_at: Instant,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
