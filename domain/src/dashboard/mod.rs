//! Dashboards: budget figures of any node, read from balances that every transfer keeps up to date, and the journal
//! they come from.

pub mod budget;
mod changes;
pub mod journal;
mod moment;
pub mod queries;
pub mod series;

pub use changes::changes;
pub use moment::{Moment, budgets};
