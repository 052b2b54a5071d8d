//! The whole path of a grant, step by step, as the people who take it see it; beside each step, its refusals.

mod agreement;
mod application;
mod assessment;
mod call;
mod decision;
mod envelope;
mod language;
mod notification;
mod organisation;
mod payment;
mod payment_steps;
mod role;
mod session;
pub mod stage;
mod submission;
