//! The closed lists of funds, as the contract shows them.

use async_graphql::Enum;

/// Where a fund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::FundStatus")]
pub enum FundStatus {
    /// In preparation: no envelope yet. Seen by its staff only.
    Draft,
    /// Its envelope is open.
    Active,
    /// Takes no new commitment.
    Closed,
}

/// Where a programme stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::ProgrammeStatus")]
pub enum ProgrammeStatus {
    /// May receive budget and hold calls.
    Active,
    /// Takes no new call.
    Closed,
}
