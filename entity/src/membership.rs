//! `membership`: a person's place in an organisation.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Instant, MembershipId, MembershipRole, OrganisationId, UserId};

/// A row of `membership`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// The person.
    pub user_id: UserId,
    /// What the person may do for it.
    pub role: MembershipRole,
    /// Since when.
    pub created_at: Instant,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
