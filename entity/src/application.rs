//! `application`: one organisation's file in a call.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, ApplicationStatus, CallId, FundId, Instant, LotId, OrganisationId, UserId};

/// A row of `application`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApplicationId,
    /// The call it answers.
    pub call_id: CallId,
    /// The call's fund, repeated so that scopes need no join.
    pub fund_id: FundId,
    /// The lot it competes in.
    pub lot_id: LotId,
    /// Its lead organisation.
    pub organisation_id: OrganisationId,
    /// Human reference, unique, as `FTAP-2018-2-0001`.
    pub reference: String,
    /// Title of the project.
    pub title: String,
    /// The project in a paragraph.
    pub summary: String,
    /// Total cost of the project, in minor units.
    pub cost_minor: i64,
    /// Amount requested from the fund, in minor units.
    pub requested_minor: i64,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// Increases at every save; a save names the one it started from.
    pub revision: i32,
    /// Who began it.
    pub created_by: UserId,
    /// When it was begun.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
