//! Calls for projects: dates, lots, criteria, amounts and rules, inside a programme.
//!
//! A published call opens and closes by the clock: its state is worked out from its dates whenever it is read, so no
//! task has to run for it to be right.

pub mod commands;
pub mod lifecycle;
pub mod policy;
pub mod queries;
pub mod rules;
