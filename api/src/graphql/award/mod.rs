//! Awards in the contract: the grants that decisions make, their agreements, and how they are paid.

mod input;
mod kind;
mod mutation;
mod object;
mod payment;
mod query;
mod recovery;

pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{Agreement, AgreementsOf, Award, AwardOf};
pub use payment::{Instalment, InstalmentsOf, PaymentRequest, PaymentRequestsOf};
pub use query::AwardQuery;
pub(crate) use query::awards;
pub use recovery::{RecoveriesOf, Recovery};
