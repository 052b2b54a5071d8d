//! The door: what comes in, how much of it, and what is told to whom.

mod attack;
mod extension;
mod fuzz;
mod introspection;
mod limits;
mod memory;
mod password;
mod patience;
mod persisted;
mod public;
mod rate;
mod text;
mod usage;
