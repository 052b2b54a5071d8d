//! `decision`: the reasoned outcome for one application.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, CallId, DecisionId, DecisionOutcome, DecisionStatus, Instant, UserId};

/// A row of `decision`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    /// The application; one decision each.
    pub application_id: ApplicationId,
    /// Its call.
    pub call_id: CallId,
    /// What it says.
    pub outcome: DecisionOutcome,
    /// Amount granted, in minor units; zero for a rejection or a distinction without money.
    pub amount_minor: i64,
    /// A prize or mention that goes with it.
    pub distinction: Option<String>,
    /// Conditions set on the grant.
    pub conditions: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: DecisionStatus,
    /// Increases each time it is proposed again; whoever adopts names the one they have read.
    pub revision: i32,
    /// Who proposed it.
    pub proposed_by: UserId,
    /// Who adopted it.
    pub adopted_by: Option<UserId>,
    /// When it was adopted.
    pub adopted_at: Option<Instant>,
    /// When the applicant was told.
    pub notified_at: Option<Instant>,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
