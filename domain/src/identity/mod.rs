//! Identity: people, their sessions and roles, and the organisations they act for.
//!
//! A person has an account; staff hold roles on a scope (platform, fund or call); applicants are people with a place
//! in an organisation. What somebody may do is decided by what they hold at the moment of the request, never by what
//! a token says.

pub mod commands;
pub mod password;
pub mod policy;
pub mod queries;
pub mod rules;
