//! `submission`: an immutable snapshot of an application, with its receipt.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, Instant, SubmissionId, UserId};

/// A row of `submission`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubmissionId,
    /// The application.
    pub application_id: ApplicationId,
    /// 1 for the first submission, 2 after a reopening…
    pub number: i32,
    /// What was submitted: canonical JSON.
    pub snapshot: String,
    /// SHA-256 of the snapshot's bytes, in hexadecimal.
    pub sha256: String,
    /// Who submitted.
    pub submitted_by: UserId,
    /// When it was received, by the server's clock.
    pub submitted_at: Instant,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
