//! Calls for projects in the contract, with their lots and criteria.

mod input;
mod kind;
mod loader;
mod mutation;
mod object;
mod query;

pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{Call, Criterion, Lot};
pub use query::CallQuery;
pub(crate) use query::calls;
