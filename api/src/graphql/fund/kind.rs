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

/// Where money goes that was committed and will not be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::Decommitment")]
pub enum Decommitment {
    /// Back to the call, to be awarded again.
    ReturnsToCall,
    /// Nowhere: it is lost to the call.
    Lapses,
}

/// Where a fiscal year of payment credits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::FiscalYearStatus")]
pub enum FiscalYearStatus {
    /// Payment credits are opened, moved and consumed.
    Open,
    /// Takes nothing more. What is left can be carried over to the next year.
    Closed,
}
