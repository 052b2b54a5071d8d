//! The reading side of the ledger: budgets now, at any instant and over time, journals, accounts and their statements.

mod access;
mod as_of;
mod credits;
mod series;
mod statement;
mod transfers;
mod verification;
mod world;
