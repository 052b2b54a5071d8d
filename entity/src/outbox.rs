//! `outbox`: a message that a committed change owes to the world.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AuditEventId, Instant, NodeKind, OutboxId};

/// A row of `outbox`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxId,
    /// The change it tells of.
    pub audit_event_id: AuditEventId,
    /// What happened, as `application.submit`.
    pub topic: String,
    /// The kind of object it is about.
    pub subject_kind: NodeKind,
    /// The object it is about.
    pub subject_id: Uuid,
    /// When it was written.
    pub created_at: Instant,
    /// When it was delivered.
    pub delivered_at: Option<Instant>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
