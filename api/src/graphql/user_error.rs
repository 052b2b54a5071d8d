//! `userErrors`: why a mutation did nothing, for people and for programs.

use async_graphql::{Enum, Json, SimpleObject};
use domain::Refusal;
use serde_json::{Map, Value};

use super::locale::Locale;

/// One reason why a mutation was refused. A refused mutation changed nothing.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What kind of reason it is: for programs.
    code: UserErrorCode,
    /// The path of the offending value in the mutation's `input`, as `["criteria", "0", "weight"]`; empty when the
    /// reason is not about one value.
    field: Vec<String>,
    /// The reason, for people: in French or in English as the request's `Accept-Language` asks.
    message: String,
    /// Values that go with the reason, by name: amounts, limits, instants. Null when there are none.
    details: Option<Json<Map<String, Value>>>,
}

/// Kinds of reasons why a mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Code")]
pub enum UserErrorCode {
    /// A value is missing or not acceptable; `field` says which.
    Validation,
    /// There is one already.
    AlreadyExists,
    /// The object changed since it was read: read it again, then repeat the change on what it is now.
    Conflict,
    /// The object is not in a state in which this can be done; `details.status` says in which it is.
    InvalidState,
    /// The call does not take applications yet.
    NotYetOpen,
    /// The deadline has passed, grace minutes included.
    DeadlinePassed,
    /// The budget does not hold that much; `details` says how much it holds.
    InsufficientFunds,
    /// The amount is not in the fund's currency.
    CurrencyMismatch,
    /// The evaluator is tied to the applicant.
    ConflictOfInterest,
    /// The same person may not do two steps that check each other.
    SeparationOfDuties,
    /// The e-mail address or the password is wrong.
    InvalidCredentials,
    /// The idempotency key was used for a different operation before.
    IdempotencyKeyReused,
}

impl UserError {
    /// A refusal in the language of the request.
    pub(crate) fn new(refusal: Refusal, locale: Locale) -> Self {
        Self {
            code: refusal.code.into(),
            field: refusal.field,
            message: match locale {
                Locale::En => refusal.en,
                Locale::Fr => refusal.fr,
            },
            details: Some(refusal.details).filter(|details| !details.is_empty()).map(Json),
        }
    }
}
