//! `account`: a ledger account.
//!
//! Its balance is `credits - debits`, in minor units, and is never below zero but for the source.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AccountId, AccountKind, AwardId, Book, CallId, FundId, ProgrammeId};

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// Its fund.
    pub fund_id: FundId,
    /// Commitment authority or payment credits.
    pub book: Book,
    /// What the money in it is.
    pub kind: AccountKind,
    /// The fund, programme, call or award it belongs to.
    pub owner_id: Uuid,
    /// The programme above it, if any.
    pub programme_id: Option<ProgrammeId>,
    /// The call above it, if any.
    pub call_id: Option<CallId>,
    /// The award above it, if any.
    pub award_id: Option<AwardId>,
    /// The year of payment credits; 0 in the commitment book.
    pub fiscal_year: i32,
    /// Everything that ever left it, in minor units.
    pub debits_minor: i64,
    /// Everything that ever entered it, in minor units.
    pub credits_minor: i64,
    /// How many transfers have touched it.
    pub version: i32,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
