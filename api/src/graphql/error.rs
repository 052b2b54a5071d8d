//! What a resolver answers when it cannot answer: the errors of the public contract.
//!
//! Two things are kept apart. An *expected* failure, a refusal with its reasons, is data: it goes into the `userErrors`
//! of a mutation's payload (see `graphql::mutation`). Everything else is a GraphQL error with one of the codes below.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use domain::Refusal;
use uuid::Uuid;

use super::limits::Excess;

/// Why a field has no value.
///
/// Deliberately not `Display`: `?` on a database or a library error does not compile in a resolver, so no such text
/// reaches a client by accident. `?` on [`domain::Error`] does.
#[derive(Clone, Debug)]
pub enum Error {
    /// Nobody is signed in, or no longer.
    Unauthenticated,
    /// The viewer may see the object, not do this to it.
    Forbidden,
    /// There is no such object for this viewer.
    NotFound,
    /// The request itself is wrong: an argument out of its range, a cursor that is none.
    BadUserInput(String),
    /// The request asks for too much at once.
    TooComplex(Excess),
    /// The request was understood and refused. In a mutation this becomes `userErrors`.
    Refused(Vec<Refusal>),
    /// The caller has sent too many requests, and may send the next after this time.
    RateLimited(Duration),
    /// The client named a document that the server does not know.
    UnknownDocument,
    /// The database cannot be reached or written at the moment; the log has the cause under this number.
    Unavailable(Uuid),
    /// Something broke; the log has the cause under this number.
    Internal(Uuid),
}

/// What a resolver of a non-null field answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a resolver of a nullable field answers: no value, or an error that nulls this field and no other.
///
/// The other way round, `Result<Option<T>>`, an error would null the *parent* in this version of async-graphql.
/// [`Result::transpose`] turns one into the other.
pub type Nullable<T> = Option<Result<T>>;

/// Codes of GraphQL errors, as `extensions.code` shows them.
pub mod code {
    /// See [`super::Error::Unauthenticated`].
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// See [`super::Error::Forbidden`].
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// See [`super::Error::NotFound`].
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// See [`super::Error::BadUserInput`].
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// See [`super::Error::TooComplex`].
    pub const TOO_COMPLEX: &str = "TOO_COMPLEX";
    /// See [`super::Error::RateLimited`].
    pub const RATE_LIMITED: &str = "RATE_LIMITED";
    /// See [`super::Error::UnknownDocument`]. The code that clients with persisted documents know.
    pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
    /// See [`super::Error::Unavailable`].
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
    /// See [`super::Error::Internal`].
    pub const INTERNAL: &str = "INTERNAL";
}

/// How long a client waits before it sends a request again that was [`Error::Unavailable`], in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

impl Error {
    /// An internal error of this layer. The cause goes to the log, a number to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let error_id = Uuid::now_v7();
        tracing::error!(%error_id, %cause, "internal error");
        Self::Internal(error_id)
    }

    /// The server has as much to do as it takes on.
    pub(crate) fn busy(cause: &str) -> Self {
        Self::unavailable(cause, true)
    }

    /// After how many seconds the client may try again, if that can be said.
    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Unavailable(_) => Some(RETRY_AFTER_SECONDS),
            Self::RateLimited(wait) => Some(wait.as_secs().saturating_add(1)),
            _ => None,
        }
    }

    fn unavailable(cause: &str, is_busy: bool) -> Self {
        let error_id = Uuid::now_v7();
        if is_busy {
            tracing::info!(%error_id, %cause, "turned away");
        } else {
            tracing::error!(%error_id, %cause, "the database is not available");
        }
        Self::Unavailable(error_id)
    }

    /// The code shown as `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => code::UNAUTHENTICATED,
            Self::Forbidden => code::FORBIDDEN,
            Self::NotFound => code::NOT_FOUND,
            Self::BadUserInput(_) | Self::Refused(_) => code::BAD_USER_INPUT,
            Self::TooComplex(_) => code::TOO_COMPLEX,
            Self::RateLimited(_) => code::RATE_LIMITED,
            Self::UnknownDocument => code::PERSISTED_QUERY_NOT_FOUND,
            Self::Unavailable(_) => code::UNAVAILABLE,
            Self::Internal(_) => code::INTERNAL,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "Sign in, or sign in again: no valid token came with this request.".to_owned(),
            Self::Forbidden => "You may not do this.".to_owned(),
            Self::NotFound => "There is no such object.".to_owned(),
            Self::BadUserInput(message) => message.clone(),
            Self::TooComplex(excess) => excess.message(),
            Self::Refused(refusals) => refusals
                .iter()
                .map(|refusal| refusal.en.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            Self::RateLimited(_) => "You have sent too many requests: wait before the next.".to_owned(),
            Self::UnknownDocument => "This server has no document with this hash: send its text as `query`.".to_owned(),
            Self::Unavailable(_) => {
                "The service cannot do this at the moment: it has too much to do, or cannot reach its database. \
                 Try again; with the same idempotency key nothing is done twice."
                    .to_owned()
            }
            Self::Internal(_) => "Something broke on our side. Quote the error id when you report it.".to_owned(),
        }
    }
}

impl From<domain::Error> for Error {
    fn from(error: domain::Error) -> Self {
        let is_busy = error.is_busy();
        match error {
            domain::Error::Unauthenticated => Self::Unauthenticated,
            domain::Error::Forbidden => Self::Forbidden,
            domain::Error::NotFound => Self::NotFound,
            domain::Error::Refused(refusals) => Self::Refused(refusals),
            domain::Error::Unavailable(cause) => Self::unavailable(&chain(cause.as_ref()), is_busy),
            domain::Error::Internal(cause) => Self::internal(chain(cause.as_ref())),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code());
        if let Error::Internal(error_id) | Error::Unavailable(error_id) = &error {
            extensions.set("errorId", error_id.to_string());
        }
        if let Error::TooComplex(Excess { limit, actual }) = &error {
            extensions.set("limit", limit.name());
            extensions.set("maximum", limit.maximum());
            extensions.set("actual", *actual);
        }
        if let Some(seconds) = error.retry_after_seconds() {
            extensions.set("retryAfterSeconds", seconds);
        }
        Self {
            message: error.message(),
            source: None,
            extensions: Some(extensions),
        }
    }
}

impl From<Error> for ServerError {
    /// An error of the whole request, with no place in it.
    fn from(error: Error) -> Self {
        let mut error = async_graphql::Error::from(error).into_server_error(Pos::default());
        error.locations.clear();
        error
    }
}

/// An error with everything that caused it, on one line. A cause that the error names itself is not named again.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string);
    causes.fold(error.to_string(), |text, cause| {
        if text.ends_with(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use super::*;

    #[test]
    fn an_outage_is_told_with_when_to_come_again_and_not_with_its_cause() {
        let cause = io::Error::other("could not write to /srv/secret");
        let error = ServerError::from(Error::from(domain::Error::Unavailable(Arc::new(cause))));
        let text = serde_json::to_string(&error).expect("an error");
        for told in [
            r#""code":"UNAVAILABLE""#,
            r#""retryAfterSeconds":1"#,
            r#""errorId":""#,
            "idempotency key",
        ] {
            assert!(text.contains(told), "{told} in {text}");
        }
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn an_error_is_logged_with_its_causes_each_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("{text}")]
        struct Nested {
            text: &'static str,
            source: Option<Box<Nested>>,
        }
        let nested = |text, source: Option<Nested>| Nested {
            text,
            source: source.map(Box::new),
        };
        let disk = nested("disk full", None);
        let write = nested("cannot write: disk full", Some(disk));
        let commit = nested("cannot commit", Some(write));
        assert_eq!(chain(&commit), "cannot commit: cannot write: disk full");
    }
}
