//! The whole path of a grant, step by step, as the people who take it see it; beside each step, its refusals.

mod agreement;
mod application;
mod assessment;
mod budget;
mod call;
mod credits;
mod decision;
mod decommitment;
mod envelope;
mod language;
mod notification;
mod order;
mod organisation;
mod payment;
mod payment_steps;
mod policy;
mod preview;
mod recovery;
mod release;
mod reversal;
mod role;
mod session;
pub mod stage;
mod submission;
