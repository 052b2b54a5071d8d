//! `recovery`: a claim for money paid wrongly (titre de recette).

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AwardId, Instant, RecoveryId, RecoveryStatus, UserId};

/// A row of `recovery`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "recovery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryId,
    /// The award it was paid from.
    pub award_id: AwardId,
    /// How much is claimed, in minor units.
    pub amount_minor: i64,
    /// Why.
    pub reason: String,
    /// Reference of the claim.
    pub document: String,
    /// Where it stands.
    pub status: RecoveryStatus,
    /// Who issued it.
    pub issued_by: UserId,
    /// When.
    pub issued_at: Instant,
    /// Who recorded that it was received or given up.
    pub settled_by: Option<UserId>,
    /// When.
    pub settled_at: Option<Instant>,
    /// The bank's reference, or why it was given up.
    pub settlement_reference: Option<String>,
    /// When the money was given back to the call.
    pub reinstated_at: Option<Instant>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
