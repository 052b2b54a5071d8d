//! Applications in the contract, with their submissions.

mod input;
mod kind;
mod loader;
mod mutation;
mod object;
mod query;

pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{Application, Submission};
pub use query::ApplicationQuery;
pub(crate) use query::applications;
