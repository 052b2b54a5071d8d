//! `budget_entry`: the balances of everything under a node, after each transfer that moved one of them.
//!
//! One seek on the key finds what a budget was at any instant, whatever the length of the journal. Never updated, never
//! deleted.

use sea_orm::entity::prelude::*;

use crate::value::Instant;

/// A row of `budget_entry`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_entry")]
pub struct Model {
    /// The fund, programme, call or award. First part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node_id: Uuid,
    /// When the transfer was written. Second part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recorded_at: Instant,
    /// The transfer's place in the fund's journal. Last part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Voted, not allocated, in minor units.
    pub envelope_minor: i64,
    /// Allocated to programmes, not to calls, in minor units.
    pub programme_minor: i64,
    /// Allocated to calls, not promised, in minor units.
    pub call_minor: i64,
    /// Promised, not signed, in minor units.
    pub reserved_minor: i64,
    /// Committed, left to order, in minor units.
    pub award_minor: i64,
    /// Ordered, not confirmed, in minor units.
    pub ordered_minor: i64,
    /// Paid, in minor units.
    pub paid_minor: i64,
    /// Paid wrongly and claimed back, not received, in minor units.
    pub recoverable_minor: i64,
    /// Paid wrongly and received back, in minor units.
    pub recovered_minor: i64,
    /// Committed once and lost to the call, in minor units.
    pub lapsed_minor: i64,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
