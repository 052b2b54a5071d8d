//! The ledger: double-entry, append-only, in minor units, one journal per fund.
//!
//! Every hard rule is that one account's balance never goes below zero; [`post`](post::post) enforces it with one
//! conditional update, and a CHECK of the database stands behind it. [`chart`] says which transfers exist, [`hash`]
//! chains them, [`verify`] proves that nothing was lost, added or altered. Nothing outside this folder writes the
//! tables `account`, `transfer`, `ledger_head` and `budget`.

pub(crate) mod account;
pub mod chart;
pub mod hash;
pub(crate) mod post;
pub mod verify;

pub(crate) use account::{open_award, open_call, open_fund, open_programme};
pub(crate) use post::{Cause, Journal, Movement, post};
