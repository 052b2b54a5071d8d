//! `call`: a call for projects inside a programme.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{CallId, CallStatus, FundId, Instant, ProgrammeId};

/// A row of `call`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "call")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CallId,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// Its fund: the programme's, repeated so that scopes need no join.
    pub fund_id: FundId,
    /// Short unique name, as `FTAP-2018-2`.
    pub code: String,
    /// Title.
    pub title: String,
    /// A paragraph for lists.
    pub summary: String,
    /// Full text, in Markdown.
    pub description: String,
    /// Whom to write to.
    pub contact: String,
    /// IANA time zone in which its dates are announced.
    pub time_zone: String,
    /// When it begins to take applications.
    pub opens_at: Instant,
    /// When it stops; `None` for a rolling call.
    pub closes_at: Option<Instant>,
    /// Minutes after closing during which a submission is still accepted.
    pub grace_minutes: i32,
    /// Least amount that may be requested, in minor units.
    pub minimum_grant_minor: Option<i64>,
    /// Most that may be requested, in minor units.
    pub maximum_grant_minor: Option<i64>,
    /// Most that may be requested of a project's cost, in basis points (10 000 is all of it).
    pub maximum_rate_bp: i32,
    /// Assessments wanted per application.
    pub assessments_wanted: i32,
    /// Where it stands, the clock aside.
    pub status: CallStatus,
    /// Number of the next application filed in this call.
    pub next_reference: i32,
    /// When it was recorded.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
