//! `transfer`: one line of the ledger; never updated, never deleted.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{AccountId, AuditEventId, FundId, Instant, NodeKind, TransferId, TransferKind, UserId};

/// A row of `transfer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "transfer")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TransferId,
    /// Its fund.
    pub fund_id: FundId,
    /// Its place in the fund's journal, from 1, without gaps.
    pub seq: i64,
    /// What it does.
    pub kind: TransferKind,
    /// The account the money leaves.
    pub debit_account_id: AccountId,
    /// The account the money enters.
    pub credit_account_id: AccountId,
    /// How much, in minor units; above zero.
    pub amount_minor: i64,
    /// Balance of the debited account afterwards, in minor units.
    pub debit_balance_minor: i64,
    /// Balance of the credited account afterwards, in minor units.
    pub credit_balance_minor: i64,
    /// The day it counts for.
    pub effective_on: TimeDate,
    /// When it was written.
    pub recorded_at: Instant,
    /// Who caused it.
    pub actor_id: Option<UserId>,
    /// Why.
    pub reason: String,
    /// Reference of the document that justifies it.
    pub document: Option<String>,
    /// The kind of object it is about.
    pub subject_kind: NodeKind,
    /// The object it is about.
    pub subject_id: Uuid,
    /// The key its caller gave.
    pub idempotency_key: Option<String>,
    /// The transfer it undoes; one transfer is undone once.
    pub reverses_id: Option<TransferId>,
    /// The audit event of the change that caused it.
    pub audit_event_id: AuditEventId,
    /// Hash of the line before it in the fund; 64 zeros for the first.
    pub previous_hash: String,
    /// SHA-256 of this line and of the hash before it, in hexadecimal.
    pub hash: String,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
