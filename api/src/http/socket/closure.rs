//! Why a socket is closed, as its client is told.

use std::borrow::Cow;

use actix_ws::{CloseCode, CloseReason, ProtocolError};

use super::frames::is_too_large;

/// A close code and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closure {
    code: u16,
    reason: Cow<'static, str>,
}

impl Closure {
    /// A message that is none of the protocol.
    pub(super) const INVALID: Self = Self::new(4400, "Invalid message");
    /// An operation before the connection was acknowledged.
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    /// A token that is not good, or no longer. Clients come back with a fresh one.
    pub(super) const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    /// The client does not speak our subprotocol.
    pub(super) const SUBPROTOCOL: Self = Self::new(4406, "Subprotocol not acceptable");
    /// Nothing was said in time.
    pub(super) const SILENT: Self = Self::new(4408, "Connection initialisation timeout");
    /// The connection was initialised before.
    pub(super) const INITIALISED: Self = Self::new(4429, "Too many initialisation requests");
    /// Something broke on our side.
    pub(super) const INTERNAL: Self = Self::new(4500, "Internal server error");
    /// The server stops.
    pub(super) const GOING_AWAY: Self = Self::new(1001, "The server stops");
    /// A message of too many bytes.
    pub(super) const TOO_LARGE: Self = Self::new(1009, "A message has at most 64 KiB");
    /// Not 4429, which clients take for a mistake of their own and do not come back from: after this one they wait, and
    /// try again.
    pub(super) const CROWDED: Self = Self::new(1013, "Too many connections");
    /// More was said than anybody has to say. Clients wait after this one, too.
    pub(super) const FLOODED: Self = Self::new(1013, "Too many messages");
    /// The client broke the framing of WebSocket itself.
    const BROKEN: Self = Self::new(1002, "Protocol error");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// There is a subscription of this name already.
    pub(super) fn duplicate(id: &str) -> Self {
        Self {
            code: 4409,
            reason: format!("Subscriber for {id} already exists").into(),
        }
    }

    /// What a client did that cannot be read.
    pub(super) fn of(error: &ProtocolError) -> Self {
        if is_too_large(error) {
            Self::TOO_LARGE
        } else {
            Self::BROKEN
        }
    }
}

impl From<Closure> for CloseReason {
    fn from(closure: Closure) -> Self {
        Self {
            code: CloseCode::from(closure.code),
            description: Some(closure.reason.into_owned()),
        }
    }
}
