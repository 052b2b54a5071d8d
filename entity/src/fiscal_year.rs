//! `fiscal_year`: a calendar year for which a fund has payment credits.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{FiscalYearId, FiscalYearStatus, FundId, Instant, UserId};

/// A row of `fiscal_year`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "fiscal_year")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FiscalYearId,
    /// Its fund.
    pub fund_id: FundId,
    /// The year, as 2026. Unique in the fund.
    pub year: i32,
    /// Where it stands.
    pub status: FiscalYearStatus,
    /// Who closed it.
    pub closed_by: Option<UserId>,
    /// When.
    pub closed_at: Option<Instant>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
