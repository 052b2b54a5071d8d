//! The closed lists of identity, as the contract shows them.

use async_graphql::Enum;

/// Which register an organisation's identifier is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::IdentifierScheme")]
pub enum IdentifierScheme {
    /// INSEE SIRET: 14 digits, the check digits of which are checked.
    FrSiret,
    /// French register of associations (RNA): W and nine digits.
    FrRna,
    /// Any other register.
    Other,
}

/// What sort of body an organisation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::OrganisationKind")]
pub enum OrganisationKind {
    /// Central government ministry.
    Ministry,
    /// Public operator or agency of the State.
    Operator,
    /// Territorial service of the State.
    DeconcentratedService,
    /// Region, department, municipality or their grouping.
    LocalAuthority,
    /// Not-for-profit association or foundation.
    Association,
    /// Commercial company.
    Company,
    /// Anything else.
    Other,
}

/// What a person may do for an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::MembershipRole")]
pub enum MembershipRole {
    /// Manages members; everything an editor may.
    Owner,
    /// Drafts, submits and requests payment.
    Editor,
    /// Reads.
    Viewer,
}

/// What a person may do for the programme's staff, on a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::Role")]
pub enum Role {
    /// Grants roles and sets up funds.
    Admin,
    /// Writes calls, prepares decisions, certifies payments.
    ProgrammeManager,
    /// Moves the envelope, approves and executes payments.
    FinanceOfficer,
    /// Runs a call's committee.
    CommitteeChair,
    /// Evaluates the applications assigned to them.
    CommitteeMember,
    /// Reads everything, changes nothing.
    Auditor,
}

/// How far a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::ScopeKind")]
pub enum ScopeKind {
    /// Everywhere.
    Platform,
    /// One fund with its programmes and calls.
    Fund,
    /// One call.
    Call,
}
