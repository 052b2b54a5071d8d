//! Why there is no response of the schema.

use actix_web::http::StatusCode;
use async_graphql::Response;

use crate::graphql::error::Error;
use crate::graphql::refuse;

/// Why a request is not run.
#[derive(Debug)]
pub(super) enum Failure {
    /// It is not a GraphQL request.
    Malformed(Malformed),
    /// It is one that may not run.
    Refused(Box<Response>),
}

/// Why a request is not a GraphQL request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The status of the response, whatever its media type.
    pub(super) status: StatusCode,
    /// What to tell the client.
    pub(super) message: &'static str,
}

impl Malformed {
    pub(super) const fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(Box::new(refuse(error)))
    }
}
