//! The ledger: double-entry, append-only, in minor units, one journal per fund.
//!
//! Every hard rule is that one account's balance never goes below zero; [`post`](post::post) enforces it with one
//! conditional update, and a CHECK of the database stands behind it. [`chart`] says which transfers exist, [`hash`]
//! chains them, [`verify`] proves that nothing was lost, added or altered. Nothing outside this folder writes the
//! tables `account`, `transfer`, `budget`, `budget_entry` and `budget_day`.

pub(crate) mod account;
pub mod balances;
pub mod chart;
pub mod hash;
pub(crate) mod journal;
pub mod post;
pub mod verify;

pub use crate::work::{Posting, Side};
pub(crate) use account::{Key, open_journal};
pub use balances::Balances;
pub(crate) use post::{Cause, Journal, Movement, insufficient, post};
