//! Identifiers: one type per noun, so that an award's id cannot be passed for a call's.

/// Declares a `UUIDv7` newtype usable as a primary key.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, sea_orm::DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new identifier. `UUIDv7`: identifiers made later sort later.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default identifier would be a trap")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl sea_orm::TryFromU64 for $name {
            /// Always an error: these keys are never auto-incremented.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// One link of a chain of refresh tokens.
    RefreshTokenId,
    /// A role held on a scope.
    RoleGrantId,
    /// A legal entity.
    OrganisationId,
    /// A person's place in an organisation.
    MembershipId,
    /// A fund.
    FundId,
    /// An axis of a fund.
    ProgrammeId,
    /// A call for projects.
    CallId,
    /// A category of a call.
    LotId,
    /// An evaluation criterion of a call.
    CriterionId,
    /// An application in a call.
    ApplicationId,
    /// A partner organisation's place in an application.
    PartnerId,
    /// A submitted snapshot of an application.
    SubmissionId,
    /// One evaluator's report on one submission.
    AssessmentId,
    /// One score of an assessment.
    CriterionScoreId,
    /// The outcome for one application.
    DecisionId,
    /// A grant made by a decision.
    AwardId,
    /// The signed agreement of an award.
    AgreementId,
    /// A scheduled part of an award.
    InstalmentId,
    /// A beneficiary's claim on an instalment.
    PaymentRequestId,
    /// A claim for money paid wrongly.
    RecoveryId,
    /// A year of a fund's payment credits.
    FiscalYearId,
    /// A ledger account.
    AccountId,
    /// A line of the ledger.
    TransferId,
    /// A recorded change.
    AuditEventId,
    /// A message waiting to be delivered.
    OutboxId,
}
