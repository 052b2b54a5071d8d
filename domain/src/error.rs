//! One error type: the codes of the public contract.

mod cause;

use std::sync::Arc;

pub(crate) use cause::Cause;
use entity::value::Instant;
use sea_orm::{DbErr, SqlErr};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;

use crate::money::{AmountError, Money};
use crate::text;

/// What a command or a query answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
///
/// Deliberately not `Display`: nothing may turn a database error into text for a client by accident.
#[derive(Clone, Debug)]
pub enum Error {
    /// Nobody is signed in, or the credentials are no longer good.
    Unauthenticated,
    /// The viewer may see the object, not do this to it.
    Forbidden,
    /// There is no such object, or the viewer may not know of it: the two are told alike.
    NotFound,
    /// The request was understood and refused, with every reason at once.
    Refused(Vec<Refusal>),
    /// The database cannot be reached or written at the moment, or too many wait for it. Nothing is wrong with the
    /// request, which may be sent again.
    ///
    /// Whether it took effect is not known when this comes from a commit, which is what idempotency keys are for. The
    /// cause is for the log only.
    Unavailable(Arc<dyn std::error::Error + Send + Sync>),
    /// Something broke. The cause is for the log only.
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An internal error from any cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(cause.into()))
    }

    /// There is too much to do at the moment; what of, for the log.
    pub(crate) fn busy(what: &'static str) -> Self {
        Self::Unavailable(Arc::new(Busy(what)))
    }

    /// Whether nothing is wrong but that there is too much to do.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Unavailable(cause) if cause.is::<Busy>())
    }

    /// Somebody else did the same at the same time; trying again finds what they did.
    pub(crate) fn raced() -> Self {
        Self::Internal(Arc::new(Raced))
    }

    /// Whether the database is away, or too busy, so that whoever asks next would hear the same.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_)) && !self.is_transient()
    }

    /// Whether this is a refusal that was stored with an idempotency key, and is given again.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        matches!(self, Self::Refused(refusals) if refusals.iter().any(|refusal| refusal.replayed))
    }

    /// Whether running the same transaction again at once may succeed: a serialisation failure, a deadlock.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Internal(cause) => cause.is::<Raced>(),
            _ => self.cause() == Some(Cause::Conflict),
        }
    }

    /// Whether a connection was found dead, and another one may be well. What was not committed on it is not done.
    ///
    /// Whoever has not sent a commit yet may start again from the beginning, after [`crate::database::IDLE`].
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cause() == Some(Cause::Cut)
    }

    fn cause(&self) -> Option<Cause> {
        let Self::Unavailable(cause) = self else { return None };
        cause.downcast_ref().map(Cause::of)
    }

    /// The same error; if it is a refusal, about the value at `path` of the input.
    #[must_use]
    pub(crate) fn at(self, path: &str) -> Self {
        match self {
            Self::Refused(refusals) => Self::Refused(refusals.into_iter().map(|refusal| refusal.at(path)).collect()),
            other => other,
        }
    }

    /// The refusal of a duplicate, if that is why the database failed; any other failure as it is.
    #[must_use]
    pub fn or_duplicate(error: DbErr, refusal: impl FnOnce() -> Refusal) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => refusal().into(),
            _ => error.into(),
        }
    }
}

/// See [`Error::busy`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Busy(&'static str);

/// See [`Error::raced`].
#[derive(Debug, thiserror::Error)]
#[error("somebody else used the same idempotency key at the same time")]
struct Raced;

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match Cause::of(&error) {
            Cause::Fault => Self::internal(error),
            // A conflict gets as far as the caller when trying again has not helped: later it may.
            Cause::Conflict | Cause::Cut | Cause::Away => Self::Unavailable(Arc::new(error)),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// Why a mutation was refused: the `code` of a `userErrors` entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A value is missing or not acceptable.
    Validation,
    /// There is one already.
    AlreadyExists,
    /// The object changed since the caller read it.
    Conflict,
    /// The object is not in a state in which this can be done.
    InvalidState,
    /// The call is not open yet.
    NotYetOpen,
    /// The deadline, grace included, has passed.
    DeadlinePassed,
    /// The account does not hold that much.
    InsufficientFunds,
    /// The amount is not in the fund's currency.
    CurrencyMismatch,
    /// The evaluator is tied to the applicant.
    ConflictOfInterest,
    /// The same person may not do two steps that check each other.
    SeparationOfDuties,
    /// The e-mail address or the password is wrong.
    InvalidCredentials,
    /// The idempotency key was used for something else.
    IdempotencyKeyReused,
}

/// One reason why a mutation was refused, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of reason it is.
    pub code: Code,
    /// The path of the offending value in the mutation's input; empty when it is not about one.
    pub field: Vec<String>,
    /// The reason, in English.
    pub en: String,
    /// The reason, in French.
    pub fr: String,
    /// Values a program may want, by name.
    pub details: Map<String, Value>,
    /// Whether it was given before, in answer to the same idempotency key.
    #[serde(skip)]
    pub replayed: bool,
}

impl Refusal {
    /// A refusal that is not about one value of the input.
    pub fn new(code: Code, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self {
            code,
            field: Vec::new(),
            en: en.into(),
            fr: fr.into(),
            details: Map::new(),
            replayed: false,
        }
    }

    /// A refusal of a value: `path` is dotted, from the input, as `criteria.0.weight`.
    pub fn invalid(path: &str, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self::new(Code::Validation, en, fr).at(path)
    }

    /// Names the offending value by its dotted path in the input.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.field = path.split('.').map(str::to_owned).collect();
        self
    }

    /// Adds a value for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Adds an amount for programs: a decimal with its currency.
    #[must_use]
    pub fn with_money(self, name: &str, money: Money) -> Self {
        self.with(
            name,
            serde_json::json!({ "amount": money.decimal(), "currency": money.currency.code() }),
        )
    }

    /// Adds an instant for programs: RFC 3339, UTC.
    #[must_use]
    pub fn with_instant(self, name: &str, instant: Instant) -> Self {
        let text = instant.utc().format(&Rfc3339).unwrap_or_default();
        self.with(name, text)
    }

    /// The event does not apply to an object in this state.
    #[must_use]
    pub fn state(noun_en: &str, noun_fr: &str, status: &str, event: &str) -> Self {
        Self::new(
            Code::InvalidState,
            format!("{event} does not apply to {noun_en} that is {status}."),
            format!("{event} ne s'applique pas à {noun_fr} à l'état {status}."),
        )
        .with("status", status)
        .with("event", event)
    }

    /// The text at `path` is not an amount.
    #[must_use]
    pub fn amount(path: &str, error: AmountError) -> Self {
        match error {
            AmountError::Syntax => Self::invalid(
                path,
                "Write the amount as a decimal number, such as \"1234.56\".",
                "Écrivez le montant comme un nombre décimal, par exemple « 1234.56 ».",
            ),
            AmountError::Decimals => Self::invalid(
                path,
                "The amount has more decimals than its currency.",
                "Le montant a plus de décimales que sa devise.",
            ),
            AmountError::Range => Self::invalid(path, "The amount is too large.", "Le montant est trop grand."),
        }
    }
}

/// Collects every reason before refusing.
#[derive(Debug, Default)]
pub struct Reasons(Vec<Refusal>);

impl Reasons {
    /// No reason yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a reason unless the rule holds.
    pub fn require(&mut self, holds: bool, refusal: impl FnOnce() -> Refusal) {
        if !holds {
            self.0.push(refusal());
        }
    }

    /// Adds a reason.
    pub fn push(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    /// Keeps the value, or adds the reason why there is none.
    pub fn keep<T>(&mut self, value: Result<T, Refusal>) -> Option<T> {
        value.map_err(|refusal| self.0.push(refusal)).ok()
    }

    /// Requires a text of 1 to `longest` characters; returns it trimmed.
    pub fn text(&mut self, path: &str, value: &str, longest: usize) -> String {
        let trimmed = value.trim();
        let length = trimmed.chars().count();
        self.require((1..=longest).contains(&length), || {
            Refusal::invalid(
                path,
                format!("Write 1 to {longest} characters."),
                format!("Écrivez de 1 à {longest} caractères."),
            )
            .with("maximum", longest)
            .with("length", length)
        });
        self.require(text::may_be_kept(trimmed), || {
            Refusal::invalid(
                path,
                "Leave out control characters, line breaks and tabs aside.",
                "Retirez les caractères de contrôle, hors retours à la ligne et tabulations.",
            )
        });
        trimmed.to_owned()
    }

    /// Allows an absent or empty text up to `longest` characters; returns it trimmed.
    pub fn optional_text(&mut self, path: &str, value: &str, longest: usize) -> String {
        if value.trim().is_empty() {
            String::new()
        } else {
            self.text(path, value, longest)
        }
    }

    /// All the reasons, or none.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Refused(self.0))
        }
    }
}
