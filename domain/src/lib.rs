//! The rules of a grant programme: what may be done, by whom, and what it does to the money.
//!
//! A room per noun of the mission. In each: `lifecycle` (the states, pure), `policy` (who may, pure), `rules`
//! (validation and arithmetic, pure), `commands` (one [`work::Command`] per mutation) and `queries` (scoped reads).
//! Nothing here knows of HTTP or GraphQL.

pub mod actor;
pub mod application;
pub mod audit;
pub mod award;
pub mod call;
pub mod clock;
pub mod dashboard;
pub mod database;
pub mod error;
pub mod evaluation;
pub mod fund;
pub mod identity;
pub mod money;
pub mod open_data;
pub mod page;
mod scope;
mod text;
pub mod work;

pub use actor::Actor;
pub use clock::Clock;
pub use database::Database;
pub use error::{Code, Error, Refusal, Result};
pub use money::{Currency, Money};
pub use page::{Page, Slice};
pub use work::{Command, Outcome, Work};
