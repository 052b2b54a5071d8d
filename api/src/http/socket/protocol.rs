//! What follows from what is said on a socket, without any input or output: `graphql-transport-ws`.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::collections::HashSet;

use async_graphql::{Response, Value};

use super::closure::Closure;
use super::message::{ClientMessage, Object, ServerMessage};
use crate::graphql::error::Error;
use crate::graphql::refuse;
use crate::http::parameters::Parameters;

/// How many of our pings may go without any sign of life.
const PATIENT_PINGS: u8 = 2;

/// The largest ping, in bytes, whose payload we say back to a client that has not begun: a control frame of WebSocket
/// carries as much.
const SMALL_PING: usize = 125;

/// Where a connection stands.
#[derive(Debug)]
pub(super) struct Protocol {
    phase: Phase,
    /// The operations under way.
    active: HashSet<String>,
    most: usize,
    unanswered: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody has said who they are.
    New,
    /// Somebody has, and has no answer yet.
    Initialising,
    /// Operations may come.
    Acknowledged,
}

/// What to do next.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    Wait,
    /// Find out who it is, then [`Protocol::acknowledge`] or close.
    Authenticate(Object),
    /// Say this.
    Send(String),
    /// Run an operation, and hand each of its events to [`Protocol::event`].
    Start(String, Parameters),
    /// Drop an operation.
    Stop(String),
    /// Close the socket.
    Close(Closure),
}

impl Protocol {
    /// A new connection, on which so many operations may be under way.
    pub(super) fn new(most: usize) -> Self {
        Self {
            phase: Phase::New,
            active: HashSet::new(),
            most,
            unanswered: 0,
        }
    }

    /// What follows from a text.
    pub(super) fn receive(&mut self, text: &str) -> Step {
        match ClientMessage::read(text) {
            None => Step::Close(Closure::INVALID),
            Some(ClientMessage::ConnectionInit { payload }) if self.phase == Phase::New => {
                self.phase = Phase::Initialising;
                Step::Authenticate(payload.unwrap_or_default())
            }
            Some(ClientMessage::ConnectionInit { .. }) => Step::Close(Closure::INITIALISED),
            Some(ClientMessage::Ping { payload }) => {
                let is_echoed = self.is_acknowledged() || text.len() <= SMALL_PING;
                let payload = payload.filter(|_| is_echoed);
                say(&ServerMessage::Pong { payload })
            }
            Some(ClientMessage::Subscribe { id, payload }) => self.subscribe(id, payload),
            Some(ClientMessage::Complete { id }) if self.active.remove(&id) => Step::Stop(id),
            // What is to be completed may have come to its end while this was on its way.
            Some(ClientMessage::Complete { .. } | ClientMessage::Pong { .. }) => Step::Wait,
        }
    }

    fn subscribe(&mut self, id: String, operation: Parameters) -> Step {
        if self.phase != Phase::Acknowledged {
            return Step::Close(Closure::UNAUTHORIZED);
        }
        if self.active.contains(&id) {
            return Step::Close(Closure::duplicate(&id));
        }
        if self.active.len() >= self.most {
            let message = format!(
                "A connection has at most {} subscriptions: complete one first.",
                self.most
            );
            let refused = refuse(Error::BadUserInput(message));
            return say(&ServerMessage::Error {
                id: &id,
                payload: &refused.errors,
            });
        }
        self.active.insert(id.clone());
        Step::Start(id, operation)
    }

    /// Tells the client that it may begin.
    pub(super) fn acknowledge(&mut self) -> Step {
        self.phase = Phase::Acknowledged;
        say(&ServerMessage::ConnectionAck)
    }

    /// Whether the client may begin.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.phase == Phase::Acknowledged
    }

    /// What follows from an event of an operation, or from its end. No word is said of one that is not under way.
    pub(super) fn event(&mut self, id: &str, event: Option<&Response>) -> Step {
        if !self.active.contains(id) {
            return Step::Wait;
        }
        match event {
            // Fields that may fail are nullable, so an event has data: what has none says why there are no events.
            Some(response) if response.data == Value::Null && !response.errors.is_empty() => {
                self.active.remove(id);
                say(&ServerMessage::Error {
                    id,
                    payload: &response.errors,
                })
            }
            Some(payload) => say(&ServerMessage::Next { id, payload }),
            None => {
                self.active.remove(id);
                say(&ServerMessage::Complete { id })
            }
        }
    }

    /// Whether an operation is under way.
    pub(super) fn is_active(&self, id: &str) -> bool {
        self.active.contains(id)
    }

    /// Notes that we ping the client; whether it may be there still.
    pub(super) fn ping(&mut self) -> bool {
        let is_alive = self.unanswered < PATIENT_PINGS;
        self.unanswered = self.unanswered.saturating_add(1);
        is_alive
    }

    /// Notes a sign of life.
    pub(super) fn hear(&mut self) {
        self.unanswered = 0;
    }
}

fn say(message: &ServerMessage<'_>) -> Step {
    match serde_json::to_string(message) {
        Ok(text) => Step::Send(text),
        Err(error) => {
            Error::internal(error);
            Step::Close(Closure::INTERNAL)
        }
    }
}

#[cfg(test)]
mod tests;
