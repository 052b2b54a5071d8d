//! `agreement`: the signed agreement of an award.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AgreementId, AwardId, Instant, UserId};

/// A row of `agreement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// The award.
    pub award_id: AwardId,
    /// 1 for the agreement, 2 and more for its amendments.
    pub version: i32,
    /// Its number, unique.
    pub number: String,
    /// When the beneficiary signed.
    pub signed_by_beneficiary_on: TimeDate,
    /// When the funder signed.
    pub signed_by_funder_on: TimeDate,
    /// Who recorded the signatures.
    pub recorded_by: UserId,
    /// When they were recorded.
    pub recorded_at: Instant,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
