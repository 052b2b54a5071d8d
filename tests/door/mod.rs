//! The door: what comes in, how much of it, and what is told to whom.

mod attack;
mod fuzz;
mod introspection;
mod memory;
mod password;
mod persisted;
mod public;
mod rate;
mod usage;
