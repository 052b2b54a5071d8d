//! `programme`: an axis of a fund with its own allocation.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{FundId, Instant, ProgrammeId, ProgrammeStatus};

/// A row of `programme`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    /// Its fund.
    pub fund_id: FundId,
    /// Short name, unique in the fund.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Where it stands.
    pub status: ProgrammeStatus,
    /// When it was recorded.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
