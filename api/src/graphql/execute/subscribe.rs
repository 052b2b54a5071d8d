//! Running one subscription: the events of one field, each answered as a response of its own.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Name, Request, Response};
use domain::Actor;
use domain::actor::Person;
use entity::value::UserId;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use uuid::Uuid;

use super::{censor, is_kept_from, prepare, refuse};
use crate::App;
use crate::graphql::context::{Caller, RequestData};
use crate::graphql::error::{Error, Result};
use crate::graphql::locale::Locale;

/// Runs a subscription for somebody, until it ends by itself or is dropped. A request that cannot run at all is
/// answered with one response, which has errors and no data.
///
/// The request knows who asks, and takes them for somebody without any right: what they hold may change while it lasts.
/// A field that needs it asks for it at each event.
#[must_use]
pub fn subscribe(
    app: &App,
    request: Request,
    user: Option<UserId>,
    locale: Locale,
    address: IpAddr,
) -> BoxStream<'static, Response> {
    let caller = Caller {
        actor: bare(user),
        locale,
        address,
    };
    let is_kept = is_kept_from(app, user);
    match prepared(app, request, is_kept) {
        Ok(request) => guard(
            app.schema
                .execute_stream(request.data(RequestData::new(app.clone(), caller))),
            is_kept,
        ),
        Err(refused) => stream::once(std::future::ready(*refused)).boxed(),
    }
}

fn prepared(app: &App, request: Request, is_kept: bool) -> Result<Request, Box<Response>> {
    let mut prepared = prepare(app, request)?;
    let checked = prepared.check_introspection(is_kept);
    checked
        .and_then(|()| check(&mut prepared.request))
        .map_err(|error| Box::new(refuse(error)))?;
    Ok(prepared.request)
}

/// Somebody, without anything they hold.
fn bare(user: Option<UserId>) -> Actor {
    let request_id = Uuid::now_v7();
    match user {
        Some(id) => {
            let (grants, memberships) = (Vec::new(), Vec::new());
            Actor::person(
                Person {
                    id,
                    grants,
                    memberships,
                },
                request_id,
            )
        }
        None => Actor::anonymous(request_id),
    }
}

/// Refuses what is not one subscription to one field. A document that cannot be read is left to the library, which says
/// where.
fn check(request: &mut Request) -> Result<()> {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return Ok(());
    };
    let is_meant = |other: Option<&str>| name.is_none() || other.is_none() || other == name.as_deref();
    for (other, operation) in document.operations.iter() {
        if !is_meant(other.map(Name::as_str)) {
            continue;
        }
        if operation.node.ty != OperationType::Subscription {
            let message = "Only subscriptions are accepted here: send queries and mutations by POST.";
            return Err(Error::BadUserInput(message.to_owned()));
        }
        // The library would follow several fields at once, and none that is in a fragment, without a word of it.
        let is_one_field = match operation.node.selection_set.node.items.as_slice() {
            [selection] => {
                matches!(&selection.node, Selection::Field(field) if !field.node.name.node.starts_with("__"))
            }
            _ => false,
        };
        if !is_one_field {
            let message = "A subscription asks for exactly one field, which is not in a fragment nor of introspection.";
            return Err(Error::BadUserInput(message.to_owned()));
        }
    }
    Ok(())
}

/// Lives through whatever an execution does, and censors what it says. A panic is its last event.
fn guard(events: BoxStream<'static, Response>, is_kept: bool) -> BoxStream<'static, Response> {
    let events = AssertUnwindSafe(events).catch_unwind().map(move |event| match event {
        Ok(mut response) => {
            censor(&mut response, is_kept);
            response
        }
        // The panic hook has printed where.
        Err(_) => refuse(Error::internal("a subscription panicked")),
    });
    events.boxed()
}

#[cfg(test)]
#[expect(clippy::unused_async, reason = "subscriptions are async, whether they wait or not")]
mod tests {
    use async_graphql::{EmptyMutation, Object, Schema, Subscription};
    use futures_util::Stream;

    use super::*;
    use crate::graphql::error::{Nullable, code};
    use crate::graphql::execute::{code_of, is_request_error};

    struct Nothing;

    #[Object]
    impl Nothing {
        async fn fine(&self) -> i32 {
            1
        }
    }

    /// Subscriptions that fail in every way there is.
    struct Broken;

    #[Subscription]
    impl Broken {
        async fn fine(&self) -> impl Stream<Item = i32> {
            stream::iter([1, 2])
        }

        async fn ends(&self) -> impl Stream<Item = Nullable<i32>> {
            stream::iter([Some(Ok(1)), Some(Err(Error::Forbidden))])
        }

        async fn careless(&self) -> async_graphql::Result<stream::Empty<i32>> {
            Err(async_graphql::Error::new("no such table: secret"))
        }

        async fn panics(&self) -> impl Stream<Item = i32> {
            stream::iter(["1", "secret"]).map(|number| number.parse().expect("a test of panics"))
        }
    }

    async fn follow(query: &str) -> Vec<Response> {
        let schema = Schema::new(Nothing, EmptyMutation, Broken);
        let mut request = Request::new(query);
        if let Err(error) = check(&mut request) {
            return vec![refuse(error)];
        }
        guard(schema.execute_stream(request), false).collect().await
    }

    fn told(responses: &[Response]) -> Vec<String> {
        let tell = |response: &Response| match response.errors.first() {
            Some(error) => format!("{} {}", response.data, code_of(error).unwrap_or("NONE")),
            None => response.data.to_string(),
        };
        responses.iter().map(tell).collect()
    }

    #[tokio::test]
    async fn an_event_is_a_response_and_an_error_in_it_nulls_its_field() {
        assert_eq!(told(&follow("subscription { fine }").await), ["{fine: 1}", "{fine: 2}"]);
        let ends = follow("subscription { ends }").await;
        assert_eq!(told(&ends), ["{ends: 1}", "{ends: null} FORBIDDEN"]);
        assert!(!ends.iter().any(is_request_error));
    }

    #[tokio::test]
    async fn what_broke_is_told_to_the_log_and_a_number_to_the_client() {
        for (query, before) in [("subscription { careless }", 0), ("subscription { panics }", 1)] {
            let responses = follow(query).await;
            assert_eq!(responses.len(), before + 1, "{query}: {responses:?}");
            let last = responses.last().expect("an answer");
            assert_eq!(last.errors.first().and_then(code_of), Some(code::INTERNAL), "{query}");
            let text = serde_json::to_string(last).expect("a response");
            assert!(text.contains("errorId") && !text.contains("secret"), "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_not_one_subscription_is_refused_before_it_runs() {
        for query in [
            "{ fine }",
            "mutation { fine }",
            "query A { fine } subscription B { fine }",
            "subscription { fine again: fine }",
            "subscription { ... { fine } }",
            "subscription { ...F } fragment F on Broken { fine }",
            "subscription { __typename }",
            "subscription { nothing }",
            "subscription {",
            "",
        ] {
            let responses = follow(query).await;
            assert!(
                matches!(responses.as_slice(), [one] if is_request_error(one)),
                "{query}: {responses:?}"
            );
            let code = responses.first().and_then(|one| code_of(one.errors.first()?));
            assert_eq!(code, Some(code::BAD_USER_INPUT), "{query}");
        }
    }

    #[test]
    fn the_operation_that_is_meant_is_the_one_that_is_checked() {
        let document = "query A { fine } subscription B { fine }";
        let checked = |name: &str| check(&mut Request::new(document).operation_name(name));
        assert!(checked("A").is_err());
        assert!(checked("B").is_ok());
        assert!(check(&mut Request::new("{ fine }").operation_name("B")).is_err());
    }
}
