//! `role_grant`: a role held on a scope; who granted it, when, until when.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Instant, Role, RoleGrantId, ScopeKind, UserId};

/// A row of `role_grant`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleGrantId,
    /// Who holds the role.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope_kind: ScopeKind,
    /// The fund or call; `None` for the platform.
    pub scope_id: Option<Uuid>,
    /// Who granted it; `None` when granted on the command line.
    pub granted_by: Option<UserId>,
    /// When it was granted.
    pub granted_at: Instant,
    /// When it stops, or stopped; `None` while open-ended.
    pub ends_at: Option<Instant>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
