//! Funds: an envelope in one currency with a legal basis and a period, divided between programmes.
//!
//! The money itself is in [`ledger`], the only code that touches the money tables.

pub mod commands;
pub mod ledger;
pub mod lifecycle;
pub mod policy;
pub mod queries;
pub mod rules;
