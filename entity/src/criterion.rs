//! `criterion`: what evaluators score applications on.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{CallId, CriterionId};

/// A row of `criterion`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "criterion")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriterionId,
    /// Its call.
    pub call_id: CallId,
    /// Its place in the call, from 1.
    pub position: i32,
    /// What is judged.
    pub title: String,
    /// Its weight against the other criteria of the call.
    pub weight: i32,
    /// Highest score, in hundredths of a point.
    pub maximum_centi: i32,
    /// Scores are multiples of this, in hundredths of a point.
    pub step_centi: i32,
    /// A lower score is eliminatory, in hundredths of a point.
    pub threshold_centi: Option<i32>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
