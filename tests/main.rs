//! The proof: one test binary, so that it links once and every test shares one harness.

mod harness;
mod migration;
mod operation;
mod people;
mod schema;
mod tidy;
