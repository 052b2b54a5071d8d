//! `budget_day`: by how much the transfers that count for a day changed the balances of everything under a node.

use sea_orm::entity::prelude::*;

/// A row of `budget_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_day")]
pub struct Model {
    /// The fund, programme, call or award. First part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node_id: Uuid,
    /// The day, in the fund's time zone. Last part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub effective_on: TimeDate,
    /// Voted, not allocated: the day's net change, in minor units.
    pub envelope_minor: i64,
    /// Allocated to programmes, not to calls: the day's net change, in minor units.
    pub programme_minor: i64,
    /// Allocated to calls, not promised: the day's net change, in minor units.
    pub call_minor: i64,
    /// Promised, not signed: the day's net change, in minor units.
    pub reserved_minor: i64,
    /// Committed, left to order: the day's net change, in minor units.
    pub award_minor: i64,
    /// Ordered, not confirmed: the day's net change, in minor units.
    pub ordered_minor: i64,
    /// Paid: the day's net change, in minor units.
    pub paid_minor: i64,
    /// Paid wrongly and claimed back, not received: the day's net change, in minor units.
    pub recoverable_minor: i64,
    /// Paid wrongly and received back: the day's net change, in minor units.
    pub recovered_minor: i64,
    /// Committed once and lost to the call: the day's net change, in minor units.
    pub lapsed_minor: i64,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
