//! Reading a GraphQL request: never more of it than we accept.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::web::{BytesMut, Payload, Query};
use futures_util::StreamExt;
use serde::Deserialize;

use super::failure::{Failure, Malformed};
use super::parameters::Parameters;
use crate::graphql::limits::scan;
use crate::traffic::Held;

/// Largest request, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Most names, values and signs in its JSON.
const MOST_TOKENS: usize = 100_000;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(30);

/// [`Parameters`], as they are written in a URL.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    document_id: Option<String>,
    extensions: Option<String>,
}

/// Reads the whole body, and stops at the first byte too many: of this request, or of all that are in memory.
pub(super) async fn read(headers: &HeaderMap, payload: Payload, held: &mut Held<'_>) -> Result<BytesMut, Failure> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST) {
        return Err(TOO_LARGE.into());
    }
    let reading = tokio::time::timeout(PATIENCE, collect(payload, held)).await;
    reading.unwrap_or(Err(TOO_SLOW.into()))
}

const TOO_LARGE: Malformed = Malformed::new(StatusCode::PAYLOAD_TOO_LARGE, "A request has at most 1 MiB.");
const TOO_SLOW: Malformed = Malformed::new(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive.");

/// What a client announces is not held for it: whoever sends nothing would keep others from sending.
async fn collect(mut payload: Payload, held: &mut Held<'_>) -> Result<BytesMut, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| bad_request("The request was cut short."))?;
        if body.len().saturating_add(chunk.len()) > LARGEST {
            return Err(TOO_LARGE.into());
        }
        held.more(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads the parameters of a request from a body.
pub(super) fn parse(body: &[u8]) -> Result<Parameters, Malformed> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(bad_request("Batches are not accepted: send one request at a time.")),
        _ => {
            return Err(bad_request(
                "The body is a JSON object with the GraphQL document as `query`.",
            ));
        }
    }
    check_values(body)?;
    let parameters: Parameters = serde_json::from_slice(body).map_err(|_| {
        bad_request(
            "The body is a JSON object with a string `query` and, optionally, a string `operationName` and objects \
             `variables` and `extensions`.",
        )
    })?;
    with_document(parameters)
}

const MALFORMED_URL: Malformed = bad_request(
    "The URL has the GraphQL document as `query` and, optionally, `operationName` and, as JSON objects, \
             `variables` and `extensions`, each once.",
);

/// Reads the parameters of a request from the part of its URL after the question mark.
pub(super) fn parse_url(query_string: &str) -> Result<Parameters, Malformed> {
    let parameters = Query::<UrlParameters>::from_query(query_string)
        .map_err(|_| MALFORMED_URL)?
        .into_inner();
    let variables = given(parameters.variables);
    check_values(variables.as_bytes())?;
    with_document(Parameters {
        query: parameters.query,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: serde_json::from_str(&variables).map_err(|_| MALFORMED_URL)?,
        document_id: parameters.document_id,
        extensions: serde_json::from_str(&given(parameters.extensions)).map_err(|_| MALFORMED_URL)?,
    })
}

/// A parameter of a URL that is JSON; clients also leave it empty.
fn given(json: Option<String>) -> String {
    json.filter(|text| !text.is_empty())
        .unwrap_or_else(|| "null".to_owned())
}

fn with_document(parameters: Parameters) -> Result<Parameters, Malformed> {
    if !parameters.has_document() {
        return Err(bad_request("The request has no `query`."));
    }
    Ok(parameters)
}

/// Refuses JSON of which the values would take many times the memory of the text.
fn check_values(json: &[u8]) -> Result<(), Malformed> {
    if scan(json, MOST_TOKENS).tokens > MOST_TOKENS {
        return Err(bad_request("The variables have more values than any operation takes."));
    }
    Ok(())
}

const fn bad_request(message: &'static str) -> Malformed {
    Malformed::new(StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_an_object_with_a_query() {
        let full =
            r#" {"query":"query A($b: Int) { c }","operationName":"A","variables":{"b":1},"extensions":{},"x":1}"#;
        let request = parse(full.as_bytes()).expect("a request");
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.len(), 1);
        let nulls = r#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#;
        assert_eq!(
            parse(nulls.as_bytes()).expect("a request").query.as_deref(),
            Some("{ a }")
        );
    }

    #[test]
    fn what_is_not_one_is_a_bad_request() {
        for body in [
            "",
            "  ",
            "null",
            "\"{ a }\"",
            "[]",
            r#"[{"query":"{ a }"}]"#,
            r#"["{ a }"]"#,
            "{}",
            r#"{"query":1}"#,
            r#"{"query":["{ a }"]}"#,
            r#"{"query":"{ a }""#,
            r#"{"query":"{ a }"} {}"#,
            r#"{"query":"{ a }","operationName":1}"#,
            r#"{"query":"{ a }","variables":"{}"}"#,
            r#"{"query":"{ a }","variables":[]}"#,
            r#"{"query":"{ a }","extensions":[]}"#,
            r#"{"query":"{ a }","extensions":[null]}"#,
            r#"{"query":"{ a }","extensions":[["sha"]]}"#,
            r#"{"query":"{ a }","extensions":{"persistedQuery":["sha"]}}"#,
        ] {
            assert_eq!(
                parse(body.as_bytes()).err().map(|refusal| refusal.status),
                Some(StatusCode::BAD_REQUEST),
                "{body}"
            );
        }
        assert!(parse(b"{\"query\":\"\xff\"}").is_err(), "not UTF-8");
    }

    #[test]
    fn what_is_an_object_in_a_body_is_one_in_a_url() {
        let lists = ["[]", "[null]", "[[\"sha\"]]", "{\"persistedQuery\":[\"sha\"]}"];
        for extensions in lists {
            assert!(
                parse_url(&format!("query={{a}}&extensions={extensions}")).is_err(),
                "{extensions}"
            );
        }
        for extensions in ["", "null", "{}"] {
            let read = parse_url(&format!("query={{a}}&extensions={extensions}"));
            assert!(read.is_ok(), "{extensions}");
        }
    }
}
