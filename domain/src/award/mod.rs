//! Awards: the grant that a decision makes, its agreement, its instalments and the payments on them.

pub mod commands;
pub mod lifecycle;
pub mod policy;
pub mod queries;
pub mod rules;
