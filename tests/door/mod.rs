//! The door: what comes in, how much of it, and what is told to whom.

mod attack;
mod fuzz;
mod introspection;
mod persisted;
mod public;
mod rate;
mod text;
mod usage;
