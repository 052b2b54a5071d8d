//! What changes identity.

mod account;
mod organisation;
mod role;
mod session;

pub use account::{CreateAdmin, Register};
pub use organisation::CreateOrganisation;
pub use role::{GrantRole, RevokeRole};
pub use session::{CloseSession, IssuedSession, OpenSession, RefreshSession};
