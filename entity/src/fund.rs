//! `fund`: an envelope in one currency, with a legal basis and a period.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Decommitment, FundId, FundStatus, Instant};

/// A row of `fund`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "fund")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FundId,
    /// Short unique name, as `FTAP`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The text that creates it.
    pub legal_basis: String,
    /// First day.
    pub starts_on: TimeDate,
    /// Last day.
    pub ends_on: TimeDate,
    /// IANA time zone in which its days and its fiscal years begin.
    pub time_zone: String,
    /// Whether a payment can be ordered only within the payment credits of its fiscal year.
    pub enforces_payment_credits: bool,
    /// Where money goes that was committed and will not be spent.
    pub decommitment: Decommitment,
    /// Whether money recovered may be given back to the call.
    pub reinstates_recoveries: bool,
    /// Where it stands.
    pub status: FundStatus,
    /// When it was recorded.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
