//! Dashboards: budget figures of any node, read from balances that every transfer keeps up to date.

pub mod budget;
pub mod queries;
