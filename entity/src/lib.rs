//! The shape of the data: one `SeaORM` entity per table, and the values their columns hold.
//!
//! Entities say what a row is and nothing of what may be done with it: rules live in `domain`. Money is `i64`
//! minor units (cents for EUR), instants are UTC. Every `Model` serialises for the audit trail; secrets are skipped.

pub mod account;
pub mod agreement;
pub mod application;
pub mod assessment;
pub mod audit_event;
pub mod award;
pub mod budget;
pub mod budget_day;
pub mod budget_entry;
pub mod call;
pub mod criterion;
pub mod criterion_score;
pub mod decision;
pub mod fiscal_year;
pub mod fund;
pub mod idempotency_key;
pub mod instalment;
pub mod ledger_head;
pub mod lot;
pub mod membership;
pub mod organisation;
pub mod outbox;
pub mod partner;
pub mod payment_request;
pub mod programme;
pub mod recovery;
pub mod refresh_token;
pub mod role_grant;
pub mod submission;
pub mod transfer;
pub mod user;
pub mod value;
