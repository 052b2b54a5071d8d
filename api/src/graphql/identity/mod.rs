//! Identity in the contract: people, their sessions and roles, and the organisations they act for.

mod input;
mod kind;
mod mutation;
mod object;
mod query;

pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{Membership, Organisation, RoleGrant, User};
pub use query::{IdentityQuery, Viewer};
