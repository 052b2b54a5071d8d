//! Running one request, whatever it does: nothing a resolver does ends the process or tells a client too much.

mod subscribe;

use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, Value};
use entity::value::UserId;
use futures_util::FutureExt;
use tracing::Instrument;

use super::context::{Caller, RequestData};
use super::error::{Error, code};
use super::limits::{self, Measured, Refused};
use super::variables;
use crate::App;
pub use subscribe::subscribe;

/// How the library reports an argument that it cannot read once execution has begun.
const BAD_ARGUMENTS: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// How the library's guesses at what was meant begin.
const SUGGESTION: &str = " Did you mean ";

/// Most errors in one answer; that there were more is told by one more.
const MOST_ERRORS: usize = 50;

/// A request that may run: it parses, is within the limits, and has the variables it needs.
pub struct Prepared {
    request: Request,
    operation: OperationType,
    measured: Measured,
}

/// Reads the document of a request and holds it to the limits. Of its variables it keeps those of the operation that
/// runs.
///
/// # Errors
///
/// The response that refuses it.
pub fn prepare(app: &App, mut request: Request) -> Result<Prepared, Box<Response>> {
    limits::check_text(&request.query).map_err(refuse_for)?;
    limits::check_variables(&request.variables).map_err(refuse_for)?;
    let mut variables = std::mem::take(&mut request.variables);
    let name = request.operation_name.take();
    let parsed = tracing::debug_span!("parse").in_scope(|| request.parsed_query());
    let document = parsed.map_err(|error| Box::new(refuse_all(vec![error])))?;
    let chosen = chosen(document, name.as_deref()).map_err(|error| Box::new(refuse_all(vec![error])))?;
    variables::keep_defined(chosen, &mut variables);
    let measured = limits::check_document(&app.shape, document, &variables).map_err(refuse_for)?;
    let missing = variables::missing(chosen, &variables);
    if !missing.is_empty() {
        return Err(Box::new(refuse_all(missing)));
    }
    variables::complete(chosen, &mut variables);
    let operation = chosen.ty;
    request.variables = variables;
    request.operation_name = name;
    Ok(Prepared {
        request,
        operation,
        measured,
    })
}

/// The operation of a document that runs; else why it is not clear which, in the words of the library, which says so
/// only after it has validated them all.
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, ServerError> {
    let chosen = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Single(_), Some(_)) | (DocumentOperations::Multiple(_), None) => None,
    };
    chosen.map(|operation| &operation.node).ok_or_else(|| {
        let message = name.map_or_else(
            || "Operation name required in request.".to_owned(),
            |name| format!("Unknown operation named \"{name}\""),
        );
        ServerError::new(message, None)
    })
}

fn refuse_for(refused: Refused) -> Box<Response> {
    Box::new(match refused {
        Refused::Excess(excess) => refuse(Error::TooComplex(excess)),
        Refused::Invalid(error) => refuse_all(vec![error]),
    })
}

/// Whether the server keeps from somebody what the contract has. Strangers get it as it is published, not from a server
/// in production: it would help those most who look for something it forgot.
fn is_kept_from(app: &App, user: Option<UserId>) -> bool {
    app.production && user.is_none()
}

impl Prepared {
    /// What kind of operation it is.
    #[must_use]
    pub fn operation(&self) -> OperationType {
        self.operation
    }

    /// The request, to be told of.
    pub fn request(&mut self) -> &mut Request {
        &mut self.request
    }

    /// Runs it.
    pub async fn run(self, app: &App, caller: Caller) -> Response {
        let is_kept = is_kept_from(app, caller.actor.user_id());
        if let Err(error) = self.check_introspection(is_kept) {
            return refuse(error);
        }
        let request = self.request.data(RequestData::new(app.clone(), caller));
        let response = guard(app.schema.execute(request), is_kept)
            .instrument(tracing::debug_span!("execute"))
            .await;
        response.extension("cost", Value::from(self.measured.cost))
    }

    /// Refuses to tell of the contract where it is kept.
    fn check_introspection(&self, is_kept: bool) -> Result<(), Error> {
        if is_kept && self.measured.introspects {
            let message = "This server explains its contract to those who are signed in only.";
            return Err(Error::BadUserInput(message.to_owned()));
        }
        Ok(())
    }
}

/// Makes of what the library says what a client is told: not too much, nothing that is not for it, and nothing of the
/// contract where that is kept.
fn censor(response: &mut Response, is_kept: bool) {
    shorten(&mut response.errors);
    response.errors.iter_mut().for_each(sanitise);
    if is_kept {
        response.errors.iter_mut().for_each(forget_suggestion);
    }
}

/// Takes back what the library guesses was meant: names of the contract.
fn forget_suggestion(error: &mut ServerError) {
    if let Some(at) = error.message.find(SUGGESTION) {
        error.message.truncate(at);
    }
}

/// Lives through whatever an execution does, and censors what it says.
async fn guard(execution: impl Future<Output = Response>, is_kept: bool) -> Response {
    match AssertUnwindSafe(execution).catch_unwind().await {
        Ok(mut response) => {
            censor(&mut response, is_kept);
            response
        }
        // The panic hook has printed where; this ties it to the request.
        Err(_) => refuse(Error::internal("a resolver panicked")),
    }
}

/// Leaves off what errors there are beyond the first, and says how many.
fn shorten(errors: &mut Vec<ServerError>) {
    if errors.len() > MOST_ERRORS {
        let more = errors.len() - MOST_ERRORS;
        errors.truncate(MOST_ERRORS);
        errors.push(Error::BadUserInput(format!("There are {more} more errors.")).into());
    }
}

/// The response to a request that is not run.
#[must_use]
pub fn refuse(error: Error) -> Response {
    refuse_all(vec![error.into()])
}

fn refuse_all(mut errors: Vec<ServerError>) -> Response {
    errors.iter_mut().for_each(sanitise);
    Response::from_errors(errors)
}

/// Whether the request was refused as a whole, before any of its fields ran: the response has no `data` then.
#[must_use]
pub fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The code of an error.
#[must_use]
pub fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Gives an error without a code one, and hides the text of one that we did not write.
///
/// Resolvers answer [`Error`], which always has a code. What has none comes from the library: a document that does not
/// parse or validate, which has no path; an argument that cannot be read; or something unforeseen, which is told to the
/// log only.
fn sanitise(error: &mut ServerError) {
    if code_of(error).is_some() {
        return;
    }
    let begins = |texts: &[&str]| texts.iter().any(|text| error.message.starts_with(text));
    let ours = error.source.is_none() && (error.path.is_empty() || begins(&BAD_ARGUMENTS));
    if ours {
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", code::BAD_USER_INPUT);
        return;
    }
    let hidden = ServerError::from(Error::internal(&error.message));
    error.message = hidden.message;
    error.extensions = hidden.extensions;
    error.source = None;
}

#[cfg(test)]
#[expect(clippy::unused_async, reason = "resolvers are async, those that only fail too")]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::*;
    use crate::graphql::error::{Nullable, Result};
    use crate::graphql::scalar::Date;

    /// Resolvers that fail in every way there is.
    struct Broken;

    #[Object]
    impl Broken {
        async fn fine(&self) -> i32 {
            1
        }

        async fn missing(&self) -> Nullable<i32> {
            Some(Err(Error::NotFound))
        }

        async fn broken(&self) -> Result<i32> {
            Err(domain::Error::internal("no such table: secret").into())
        }

        async fn careless(&self) -> async_graphql::Result<i32> {
            Err(async_graphql::Error::new("no such table: secret"))
        }

        async fn more_careless(&self) -> async_graphql::Result<i32> {
            Ok("secret".parse()?)
        }

        async fn panics(&self) -> i32 {
            "secret".parse().expect("a test of panics")
        }

        async fn day(&self, day: Date) -> String {
            day.0.to_string()
        }

        async fn number(&self, number: i32) -> i32 {
            number
        }
    }

    async fn run(query: &str) -> Response {
        guard(
            Schema::new(Broken, EmptyMutation, EmptySubscription).execute(query),
            false,
        )
        .await
    }

    /// The codes of a response, each once.
    fn codes(response: &Response) -> Vec<&str> {
        let mut codes: Vec<_> = response
            .errors
            .iter()
            .map(|error| code_of(error).unwrap_or("NONE"))
            .collect();
        codes.dedup();
        codes
    }

    #[tokio::test]
    async fn a_nullable_field_that_fails_is_null_and_the_others_are_there() {
        let response = run("{ missing fine }").await;
        assert_eq!(codes(&response), [code::NOT_FOUND]);
        assert_eq!(response.data.to_string(), "{missing: null, fine: 1}");
        assert!(!is_request_error(&response));
    }

    #[tokio::test]
    async fn what_broke_is_told_to_the_log_and_a_number_to_the_client() {
        for query in ["{ broken }", "{ careless }", "{ moreCareless }", "{ panics }"] {
            let response = run(query).await;
            assert_eq!(codes(&response), [code::INTERNAL], "{query}");
            let text = serde_json::to_string(&response).expect("a response");
            assert!(text.contains("errorId"), "{text}");
            assert!(!text.contains("secret") && !text.contains("invalid digit"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_request_that_is_wrong_is_told_why() {
        for query in [
            "{",
            "{ nothing }",
            "{ day(day: \"2026-02-30\") }",
            "query A { fine } query B { fine }",
            "subscription { fine }",
            "{ number(number: 3000000000) }",
            "query($number: Int!) { number(number: $number) }",
        ] {
            let response = run(query).await;
            assert_eq!(codes(&response), [code::BAD_USER_INPUT], "{query}: {response:?}");
        }
    }
}
