//! `assessment`: one evaluator's scored report on one submission.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, AssessmentId, AssessmentStatus, CallId, Instant, SubmissionId, UserId};

/// A row of `assessment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    /// The application.
    pub application_id: ApplicationId,
    /// Its call.
    pub call_id: CallId,
    /// The snapshot that is judged.
    pub submission_id: SubmissionId,
    /// Who judges.
    pub evaluator_id: UserId,
    /// Where it stands.
    pub status: AssessmentStatus,
    /// Overall comment.
    pub comment: String,
    /// Weighted mean of the scores scaled to 100 points, in hundredths of a point; set when submitted.
    pub total_centi: Option<i32>,
    /// Who assigned it.
    pub assigned_by: UserId,
    /// When it was assigned.
    pub assigned_at: Instant,
    /// When it was submitted.
    pub submitted_at: Option<Instant>,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
