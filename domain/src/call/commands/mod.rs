//! What changes calls.

mod create;
mod run;

pub use create::CreateCall;
pub use run::{PublishCall, StartEvaluation};
pub(crate) use run::{advance, load_to_run};
