//! One request and its answer: a line of the log, and what it adds to the figures.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_graphql::{Request, Response, Value};
use entity::value::UserId;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

use super::metrics::Metrics;
use super::operation::{self, Asked, Kind};
use crate::graphql::{code_of, is_request_error};

/// The code of a request whose client went away before it was answered.
const ABANDONED: &str = "ABANDONED";

/// One request that is being answered. Clones stand for the same one.
///
/// It is written down once: when it [`ends`](Self::ends), or when nobody follows it any more.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

struct Inner {
    request_id: Uuid,
    begun: Instant,
    /// None once it is written down.
    facts: Mutex<Option<Facts>>,
    metrics: Arc<Metrics>,
    span: Span,
}

/// What there is to tell.
#[derive(Default)]
struct Facts {
    actor: Option<UserId>,
    kind: Kind,
    name: Option<String>,
}

/// How a request ended, by codes of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it ran, be it without success.
    ran: bool,
    /// The codes of its errors, each once.
    errors: Vec<String>,
    /// The codes of the `userErrors` of its mutations, each once.
    refusals: Vec<String>,
}

impl Outcome {
    /// How a response says that its request ended.
    #[must_use]
    pub fn of(response: &Response) -> Self {
        let mut outcome = Self {
            ran: !is_request_error(response),
            ..Self::default()
        };
        for code in response.errors.iter().filter_map(code_of) {
            keep(&mut outcome.errors, code);
        }
        if let Value::Object(payloads) = &response.data {
            payloads
                .values()
                .for_each(|payload| refusals(payload, &mut outcome.refusals));
        }
        outcome
    }

    /// All codes; `OK` when there is none.
    fn codes(&self) -> String {
        if self.errors.is_empty() && self.refusals.is_empty() {
            return "OK".to_owned();
        }
        [self.errors.as_slice(), &self.refusals].concat().join(",")
    }

    /// The one code that says most: of an error, or `REFUSED`, or `OK`.
    fn code(&self) -> &str {
        match self.errors.first() {
            Some(code) => code,
            None if self.refusals.is_empty() => "OK",
            None => "REFUSED",
        }
    }
}

/// The codes of the `userErrors` of one payload. Only what is of an enumeration is taken for a code: a client may call
/// any field so.
fn refusals(payload: &Value, codes: &mut Vec<String>) {
    let Value::Object(payload) = payload else { return };
    let Some(Value::List(errors)) = payload.get("userErrors") else {
        return;
    };
    for error in errors {
        if let Value::Object(error) = error
            && let Some(Value::Enum(code)) = error.get("code")
        {
            keep(codes, code);
        }
    }
}

fn keep(codes: &mut Vec<String>, code: &str) {
    if !codes.iter().any(|kept| kept == code) {
        codes.push(code.to_owned());
    }
}

impl Exchange {
    pub(super) fn new(metrics: Arc<Metrics>, span: Span) -> Self {
        metrics.in_flight.inc();
        Self(Arc::new(Inner {
            request_id: Uuid::now_v7(),
            begun: Instant::now(),
            facts: Mutex::new(Some(Facts::default())),
            metrics,
            span,
        }))
    }

    /// The number of this request: in the answer, the log and the audit trail.
    #[must_use]
    pub fn request_id(&self) -> Uuid {
        self.0.request_id
    }

    /// Says who asks for what.
    pub fn asks(&self, request: &mut Request, user: Option<UserId>) {
        let (kind, name) = operation::of(request);
        let span = &self.0.span;
        if !span.is_disabled() {
            span.set_attribute("graphql.operation.type", kind.name());
            if let Some(name) = &name {
                span.set_attribute("graphql.operation.name", name.clone());
            }
        }
        if let Some(facts) = &mut *self.facts() {
            facts.actor = user;
            facts.kind = kind;
            facts.name = name;
        }
    }

    /// Writes it down as answered, with so many bytes if that is known.
    pub fn ends(&self, outcome: &Outcome, status: u16, bytes: Option<u64>) {
        let facts = self.facts().take();
        if let Some(facts) = facts {
            self.0.write(&facts, outcome, Some(status), bytes);
        }
    }

    fn facts(&self) -> std::sync::MutexGuard<'_, Option<Facts>> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn write(&self, facts: &Facts, outcome: &Outcome, status: Option<u16>, bytes: Option<u64>) {
        let elapsed = self.begun.elapsed();
        self.metrics.in_flight.dec();
        let asked = match facts.actor {
            _ if !outcome.ran => Asked::InVain,
            Some(_) => Asked::BySomebody,
            None => Asked::ByStranger,
        };
        let operation = self.metrics.names.count_as(facts.name.as_deref(), asked);
        self.metrics.answered(operation, facts.kind, outcome.code(), elapsed);
        self.metrics.failed(&outcome.errors);
        self.metrics.refused(&outcome.refusals);
        let codes = outcome.codes();
        if !self.span.is_disabled() {
            self.span
                .set_attribute("octroi.request_id", self.request_id.to_string());
            self.span.set_attribute("octroi.outcome", codes.clone());
            if let Some(status) = status {
                self.span.set_attribute("http.response.status_code", i64::from(status));
            }
        }
        tracing::info!(
            target: "octroi::request",
            request_id = %self.request_id,
            actor = %facts.actor.map_or_else(|| "none".to_owned(), |user| Uuid::from(user).to_string()),
            operation = facts.name.as_deref().unwrap_or("anonymous"),
            kind = facts.kind.name(),
            status,
            outcome = codes,
            milliseconds = (elapsed.as_secs_f64() * 1e6).round() / 1e3,
            bytes,
            "request"
        );
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let facts = self.facts.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(facts) = facts {
            let outcome = Outcome {
                ran: true,
                errors: vec![ABANDONED.to_owned()],
                ..Outcome::default()
            };
            self.write(&facts, &outcome, None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, ServerError, value};

    use super::*;
    use crate::graphql::error::Error;

    #[test]
    fn an_outcome_has_the_codes_of_errors_and_of_refusals_each_once() {
        let object = |name: &str, value| Value::Object([(Name::new(name), value)].into_iter().collect());
        let coded = |code| object("code", code);
        let refused = |codes: &[&str]| {
            let errors = codes.iter().map(|code| coded(Value::Enum(Name::new(code))));
            object("userErrors", Value::List(errors.collect()))
        };
        let made_up = Value::List(vec![coded("what a client calls a code".into()), Value::Null]);
        let payloads = [
            ("a", refused(&["VALIDATION", "VALIDATION", "CONFLICT"])),
            ("b", object("userErrors", made_up)),
            ("c", Value::Null),
        ];
        let payloads = payloads.map(|(name, payload)| (Name::new(name), payload));
        let refused = Value::Object(payloads.into_iter().collect());
        let mut response = Response::new(refused);
        assert_eq!(Outcome::of(&response).codes(), "VALIDATION,CONFLICT");
        assert_eq!(Outcome::of(&response).code(), "REFUSED");
        let mut error = ServerError::from(Error::NotFound);
        error.path.push(async_graphql::PathSegment::Field("d".to_owned()));
        response.errors.push(error);
        assert_eq!(Outcome::of(&response).codes(), "NOT_FOUND,VALIDATION,CONFLICT");
        assert_eq!(Outcome::of(&response).code(), "NOT_FOUND");
        assert!(Outcome::of(&response).ran);
        assert_eq!(Outcome::of(&Response::new(value!({ "a": 1 }))).codes(), "OK");
    }
}
