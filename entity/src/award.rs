//! `award`: the grant that a decision makes.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, AwardId, AwardStatus, CallId, DecisionId, FundId, Instant, OrganisationId};

/// A row of `award`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "award")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AwardId,
    /// The decision that makes it.
    pub decision_id: DecisionId,
    /// The application.
    pub application_id: ApplicationId,
    /// Its call.
    pub call_id: CallId,
    /// Its fund.
    pub fund_id: FundId,
    /// The beneficiary.
    pub organisation_id: OrganisationId,
    /// Title of the project, as awarded.
    pub title: String,
    /// Amount granted, in minor units.
    pub amount_minor: i64,
    /// How much of it was decommitted, in minor units.
    pub decommitted_minor: i64,
    /// Where it stands.
    pub status: AwardStatus,
    /// When it was decided.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
