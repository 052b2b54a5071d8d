//! Applications: one organisation's file in a call, drafted together, submitted once, kept as an immutable snapshot.

pub mod commands;
pub mod lifecycle;
pub mod policy;
pub mod queries;
pub mod rules;
