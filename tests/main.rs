//! The proof: one test binary, so that it links once and every test shares one harness.

mod clients;
mod contract;
mod dashboard;
mod demonstration;
mod door;
mod flows;
mod harness;
mod leaks;
mod ledger;
mod migration;
mod operation;
mod people;
mod schema;
mod statements;
mod subscription;
mod tidy;
mod upgrade;
