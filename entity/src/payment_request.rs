//! `payment_request`: the beneficiary's claim on an instalment.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AwardId, InstalmentId, Instant, PaymentRequestId, PaymentRequestStatus, UserId};

/// A row of `payment_request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "payment_request")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentRequestId,
    /// The instalment.
    pub instalment_id: InstalmentId,
    /// Its award.
    pub award_id: AwardId,
    /// Amount claimed, in minor units.
    pub amount_minor: i64,
    /// What the amount is for.
    pub justification: String,
    /// Where it stands.
    pub status: PaymentRequestStatus,
    /// Who claimed.
    pub submitted_by: UserId,
    /// When.
    pub submitted_at: Instant,
    /// Who certified that the service was done.
    pub certified_by: Option<UserId>,
    /// When.
    pub certified_at: Option<Instant>,
    /// Who approved the payment; never the certifier.
    pub approved_by: Option<UserId>,
    /// When.
    pub approved_at: Option<Instant>,
    /// Who ordered the payment.
    pub ordered_by: Option<UserId>,
    /// When.
    pub ordered_at: Option<Instant>,
    /// Who recorded the bank's answer, or the refusal.
    pub settled_by: Option<UserId>,
    /// When.
    pub settled_at: Option<Instant>,
    /// The bank's reference, or the reason of the refusal.
    pub settlement_reference: Option<String>,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
