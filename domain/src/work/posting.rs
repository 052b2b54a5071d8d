//! What a command tells its caller about the ledger.

use entity::value::{AccountKind, Book, NodeKind, TransferId, TransferKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A transfer as the caller of a command is told of it: what moved, and what is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The transfer; none in answers that were stored before they named it.
    #[serde(default)]
    pub transfer_id: Option<TransferId>,
    /// What it did.
    pub kind: TransferKind,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// The currency of the fund: its ISO 4217 code.
    pub currency: String,
    /// The account that the money left.
    pub debit: Side,
    /// The account that the money entered.
    pub credit: Side,
}

/// One side of a [`Posting`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Commitment authority or payment credits.
    pub book: Book,
    /// What the money in the account is.
    pub kind: AccountKind,
    /// The kind of object that owns the account.
    pub owner_kind: NodeKind,
    /// The object that owns the account.
    pub owner_id: Uuid,
    /// The year of payment credits; 0 in the commitment book.
    pub fiscal_year: i32,
    /// Its balance afterwards, in minor units.
    pub balance_minor: i64,
}
