//! `criterion_score`: the score of one criterion in one assessment.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AssessmentId, CriterionId, CriterionScoreId};

/// A row of `criterion_score`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "criterion_score")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriterionScoreId,
    /// The assessment.
    pub assessment_id: AssessmentId,
    /// The criterion.
    pub criterion_id: CriterionId,
    /// The score, in hundredths of a point.
    pub score_centi: i32,
    /// Why.
    pub comment: String,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
