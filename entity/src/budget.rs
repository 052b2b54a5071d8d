//! `budget`: balances of everything under a node, kept in the transaction of every transfer.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{FundId, NodeKind};

/// A row of `budget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "budget")]
pub struct Model {
    /// Primary key: the fund, programme, call or award.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node_id: Uuid,
    /// Which of them it is.
    pub node_kind: NodeKind,
    /// Its fund.
    pub fund_id: FundId,
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
