//! `instalment`: a scheduled part of an award.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AwardId, InstalmentId, InstalmentKind, InstalmentStatus};

/// A row of `instalment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "instalment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstalmentId,
    /// The award.
    pub award_id: AwardId,
    /// Its place in the schedule, from 1.
    pub number: i32,
    /// Why it is due.
    pub kind: InstalmentKind,
    /// Its amount, in minor units.
    pub amount_minor: i64,
    /// What must be true before it is paid.
    pub condition: String,
    /// When it is expected to be paid.
    pub due_on: TimeDate,
    /// Where it stands.
    pub status: InstalmentStatus,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
