//! `ledger_head`: the end of a fund's journal; locked while a transfer is written.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{FundId, Instant};

/// A row of `ledger_head`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_head")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fund_id: FundId,
    /// Number of the last transfer; 0 before the first.
    pub seq: i64,
    /// Its hash; 64 zeros before the first.
    pub hash: String,
    /// When it was written; the next one is never earlier.
    pub recorded_at: Instant,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
