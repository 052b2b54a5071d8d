//! Evaluation: assessments by evaluators without ties, and the decisions that follow.

pub mod commands;
pub mod lifecycle;
pub mod policy;
pub mod queries;
pub mod rules;
