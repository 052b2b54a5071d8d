//! `audit_event`: one recorded change; never updated, never deleted.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AuditEventId, Instant, NodeKind, UserId};

/// A row of `audit_event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// When.
    pub at: Instant,
    /// Who; `None` for the command line and the clock.
    pub actor_id: Option<UserId>,
    /// The request it came with.
    pub request_id: Uuid,
    /// What was done, as `application.submit`.
    pub action: String,
    /// The kind of object that changed.
    pub subject_kind: NodeKind,
    /// The object that changed.
    pub subject_id: Uuid,
    /// The object before, as JSON; `None` when it is new.
    pub before: Option<String>,
    /// The object after, as JSON.
    pub after: String,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
