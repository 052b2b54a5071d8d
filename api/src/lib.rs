//! The face of Octroi: a thin translation between HTTP, GraphQL, the command line and the rules in `domain`.
//!
//! A request comes in by [`http`], which reads it and finds out who asks ([`token`]); [`graphql`] turns it into
//! commands and queries of `domain`, and their answers into the types of the public contract. Nothing here decides
//! anything: what is allowed, and what follows from it, is decided in `domain`.

mod app;
pub mod cli;
mod demo;
pub mod documents;
pub mod graphql;
pub mod http;
pub mod password;
pub mod telemetry;
pub mod token;
pub mod traffic;

pub use app::{App, Settings};
pub use token::Keys;
