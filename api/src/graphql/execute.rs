//! Running one request, whatever it does: nothing a resolver does ends the process or tells a client too much.

mod subscribe;

use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{ErrorExtensionValues, Name, Request, Response, ServerError, Value};
use domain::Actor;
use futures_util::FutureExt;

use super::context::RequestData;
use super::error::{Error, code};
use super::locale::Locale;
use crate::App;
pub use subscribe::subscribe;

/// How the messages of the limits begin; the library gives them no code.
const LIMITS: [&str; 6] = [
    "Query is too complex",
    "Query is nested too deep",
    "The recursion depth of the query",
    "The amount of aliases",
    "The number of directives",
    "Recursion limit",
];

/// How the library reports an argument that it cannot read once execution has begun.
const BAD_ARGUMENTS: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// Runs a request for an actor.
pub async fn execute(app: &App, request: Request, actor: Actor, locale: Locale) -> Response {
    let request = complete(request).data(RequestData::new(app.clone(), actor, locale));
    guard(app.schema.execute(request)).await
}

/// Gives null to the optional variables of page sizes that a client leaves out, as it may.
///
/// The library executes a request without them. But first it counts what the request costs, reads the sizes of its
/// pages for that, and takes a variable without a value for an error.
fn complete(mut request: Request) -> Request {
    let absent = request.parsed_query().map(optional_page_sizes).unwrap_or_default();
    for name in absent {
        request.variables.entry(name).or_insert(Value::Null);
    }
    request
}

/// The optional variables of a document that stand for the size of a page.
fn optional_page_sizes(document: &ExecutableDocument) -> Vec<Name> {
    let mut sizes = Vec::new();
    for fragment in document.fragments.values() {
        page_sizes(&fragment.node.selection_set.node, &mut sizes);
    }
    for (_, operation) in document.operations.iter() {
        page_sizes(&operation.node.selection_set.node, &mut sizes);
    }
    let operations = document.operations.iter();
    let definitions = operations.flat_map(|(_, operation)| &operation.node.variable_definitions);
    definitions
        .map(|definition| &definition.node)
        .filter(|definition| definition.var_type.node.nullable && definition.default_value.is_none())
        .filter(|definition| sizes.contains(&definition.name.node))
        .map(|definition| definition.name.node.clone())
        .collect()
}

fn page_sizes(selections: &SelectionSet, found: &mut Vec<Name>) {
    for selection in &selections.items {
        let inner = match &selection.node {
            Selection::Field(field) => {
                let arguments = field.node.arguments.iter();
                let sizes = arguments.filter(|(name, _)| matches!(name.node.as_str(), "first" | "last"));
                found.extend(sizes.filter_map(|(_, value)| value.node.clone().into_const_with(Err).err()));
                &field.node.selection_set
            }
            Selection::InlineFragment(fragment) => &fragment.node.selection_set,
            Selection::FragmentSpread(_) => continue,
        };
        page_sizes(&inner.node, found);
    }
}

/// Lives through whatever an execution does, and sanitises what it says.
async fn guard(execution: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(execution).catch_unwind().await {
        Ok(mut response) => {
            response.errors.iter_mut().for_each(sanitise);
            response
        }
        // The panic hook has printed where; this ties it to the request.
        Err(_) => refuse(Error::internal("a resolver panicked")),
    }
}

/// The response to a request that is not run.
#[must_use]
pub fn refuse(error: Error) -> Response {
    Response::from_errors(vec![error.into()])
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
        let code = if begins(&LIMITS) {
            code::TOO_COMPLEX
        } else {
            code::BAD_USER_INPUT
        };
        error
            .extensions
            .get_or_insert_with(ErrorExtensionValues::default)
            .set("code", code);
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
        guard(Schema::new(Broken, EmptyMutation, EmptySubscription).execute(query)).await
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
