//! `/graphql`: the GraphQL-over-HTTP specification, thinly around the schema.
//!
//! Find out who asks and whether they may ask yet, read what they sent, hold it to the limits, run it, say what
//! happened. The endpoint is ours rather than the library's because the stock one reads bodies of any size, runs
//! mutations sent in any way, and answers every failure with the same status.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, RETRY_AFTER,
    VARY, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use async_graphql::parser::types::OperationType;
use async_graphql::{Response, ServerError, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tracing::Instrument;
use uuid::Uuid;

use super::address::client_address;
use super::auth;
use super::body;
use super::failure::{Failure, Malformed};
use super::media::{self, Media};
use super::parameters::Parameters;
use crate::App;
use crate::graphql::error::{Error, code};
use crate::graphql::{Caller, Locale, code_of, is_request_error, prepare, refuse};
use crate::telemetry::{Exchange, Outcome};
use crate::traffic::{self, Held};

/// Runs a request that is sent as JSON.
pub(super) async fn post(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
    exchange: web::ReqData<Exchange>,
) -> HttpResponse {
    answer(&app, &request, &exchange, Sent::Body(payload)).await
}

/// Runs a query that is sent as the parameters of a URL, by GET or HEAD, so that caches may keep what is public.
pub(super) async fn get(request: HttpRequest, app: web::Data<App>, exchange: web::ReqData<Exchange>) -> HttpResponse {
    answer(&app, &request, &exchange, Sent::Url).await
}

/// Answers any other method.
pub(super) async fn neither(request: HttpRequest, exchange: web::ReqData<Exchange>) -> HttpResponse {
    let mut response = Reply::to(&request, &exchange).refuse(NOT_ALLOWED);
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

const NOT_ALLOWED: Malformed = Malformed::new(
    StatusCode::METHOD_NOT_ALLOWED,
    "Send queries by POST or GET, and mutations by POST.",
);

/// What an answer depends on, as caches are told. That it may be compressed is said here, and not left to what
/// compresses it: that adds a line of its own, which CORS does not keep, and leaves out answers without a body.
const DEPENDS_ON: &str = "Authorization, Accept, Accept-Language, Accept-Encoding";

/// How the request is sent.
enum Sent {
    Body(web::Payload),
    Url,
}

async fn answer(app: &App, request: &HttpRequest, exchange: &Exchange, sent: Sent) -> HttpResponse {
    let reply = Reply::to(request, exchange);
    let by_url = matches!(sent, Sent::Url);
    // At the level of errors, so that an error is tied to its request however little is logged.
    let span = tracing::error_span!("graphql", request_id = %exchange.request_id());
    match run(app, request, exchange, sent).instrument(span).await {
        Ok((response, is_stranger)) if by_url && is_stranger && response.errors.is_empty() => {
            reply.give_anybody(request, &response)
        }
        Ok((response, _)) => reply.give(response),
        Err(Failure::Refused(response)) => reply.give(*response),
        Err(Failure::Malformed(malformed)) => {
            let mut response = reply.refuse(malformed);
            if malformed == NOT_ALLOWED {
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            }
            response
        }
    }
}

/// Runs a request, and tells whether it was a stranger's.
async fn run(app: &App, request: &HttpRequest, exchange: &Exchange, sent: Sent) -> Result<(Response, bool), Failure> {
    let headers = request.headers();
    let address = client_address(request, &app.door.trusted_proxies);
    let stranger = traffic::Caller::at(address);
    // It takes a signature to find out that a token proves nothing, so whoever shows one is counted, too.
    let user = auth::user(app, headers).map_err(|error| app.traffic.count(stranger).err().unwrap_or(error))?;
    let caller = user.map_or(stranger, traffic::Caller::User);
    // Before the body is read: whoever sends too many is not listened to.
    app.traffic.count(caller)?;
    let by_url = matches!(sent, Sent::Url);
    // To the end: what was read is in memory while the request waits and runs, in one form or another.
    let mut held = app.traffic.held(caller);
    let parameters = match sent {
        Sent::Body(payload) => read(headers, payload, &mut held).await?,
        Sent::Url => body::parse_url(request.query_string())?,
    };
    let mut prepared = prepare(app, parameters.request(&app.documents)?).map_err(Failure::Refused)?;
    match prepared.operation() {
        OperationType::Mutation if by_url => return Err(NOT_ALLOWED.into()),
        OperationType::Subscription => return Err(not_here()),
        OperationType::Query | OperationType::Mutation => {}
    }
    exchange.asks(prepared.request(), user);
    let place = app.traffic.enter().await?;
    let running = async {
        let actor = auth::actor(app, user, exchange.request_id()).await?;
        let locale = locale(headers);
        let caller = Caller { actor, locale, address };
        Ok::<_, Error>(prepared.run(app, caller).await)
    };
    let response = tokio::time::timeout(app.traffic.patience(), running).await;
    drop((place, held));
    let response = response.map_err(|_| Error::busy("a request took too long"))??;
    Ok((response, user.is_none()))
}

async fn read(headers: &HeaderMap, payload: web::Payload, held: &mut Held<'_>) -> Result<Parameters, Failure> {
    if !media::is_json(headers) {
        return Err(NOT_JSON.into());
    }
    if !media::is_plain(headers) {
        return Err(NOT_PLAIN.into());
    }
    Ok(body::parse(&body::read(headers, payload, held).await?)?)
}

const NOT_JSON: Malformed = Malformed::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "Send the request as `Content-Type: application/json`, in UTF-8.",
);
const NOT_PLAIN: Malformed = Malformed::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "Send the request as it is, without a `Content-Encoding`.",
);

/// How one request is answered.
struct Reply {
    media: Media,
    request_id: Uuid,
}

impl Reply {
    fn to(request: &HttpRequest, exchange: &Exchange) -> Self {
        Self {
            media: Media::negotiate(request.headers()),
            request_id: exchange.request_id(),
        }
    }

    /// The response, for nobody else.
    fn give(&self, response: Response) -> HttpResponse {
        let mut builder = self.builder(self.media.status(&response));
        if let Some(error) = response.errors.first().filter(|_| is_request_error(&response)) {
            if code_of(error) == Some(code::UNAUTHENTICATED) {
                builder.insert_header((WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#));
            }
            if let Some(seconds) = retry_after(error) {
                builder.insert_header((RETRY_AFTER, seconds));
            }
        }
        self.write(builder, response)
    }

    /// The response that anybody would get. It does not say which request it is for, so that its tag changes only when
    /// something else does.
    fn give_anybody(&self, request: &HttpRequest, response: &Response) -> HttpResponse {
        let Some(body) = text(response) else { return broken() };
        // Weak, because the text may be compressed on its way.
        let tag = format!("W/\"{}\"", hex::encode(Sha256::digest(&body)));
        let is_known = knows(request.headers(), &tag);
        let mut builder = self.builder(if is_known {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        });
        builder.insert_header((ETAG, tag));
        builder.insert_header((CACHE_CONTROL, "public, no-cache"));
        let mut written = if is_known { builder.finish() } else { builder.body(body) };
        written.extensions_mut().insert(Outcome::of(response));
        written
    }

    fn refuse(&self, malformed: Malformed) -> HttpResponse {
        let response = refuse(Error::BadUserInput(malformed.message.to_owned()));
        self.write(self.builder(malformed.status), response)
    }

    fn builder(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut builder = HttpResponseBuilder::new(status);
        builder
            .insert_header((CONTENT_TYPE, self.media.content_type()))
            .insert_header((CACHE_CONTROL, "private, no-store"))
            .insert_header((VARY, DEPENDS_ON))
            .insert_header(("x-request-id", self.request_id.to_string()));
        builder
    }

    fn write(&self, mut builder: HttpResponseBuilder, response: Response) -> HttpResponse {
        let response = response.extension("requestId", Value::from(self.request_id.to_string()));
        let Some(body) = text(&response) else { return broken() };
        let mut written = builder.body(body);
        written.extensions_mut().insert(Outcome::of(&response));
        written
    }
}

fn retry_after(error: &ServerError) -> Option<String> {
    let seconds = error.extensions.as_ref()?.get("retryAfterSeconds")?;
    Some(seconds.to_string())
}

/// Whether a client has the response with a tag, whether it calls it weak or not: RFC 9110, 13.1.2.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    fn opaque(tag: &str) -> &str {
        tag.strip_prefix("W/").unwrap_or(tag)
    }
    let known = headers.get_all(IF_NONE_MATCH).filter_map(|known| known.to_str().ok());
    known
        .flat_map(|known| known.split(','))
        .map(str::trim)
        .any(|known| known == "*" || opaque(known) == opaque(tag))
}

fn not_here() -> Failure {
    let message = "Subscribe over a WebSocket of the subprotocol `graphql-transport-ws`, at the same address.";
    Error::BadUserInput(message.to_owned()).into()
}

fn locale(headers: &HeaderMap) -> Locale {
    let languages = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::negotiate(languages.unwrap_or_default())
}

/// A GraphQL response as it is written. `data` is absent, not null, when nothing ran.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// The text of a response; none if it cannot be written, which the log is told.
fn text(response: &Response) -> Option<Vec<u8>> {
    let body = Body {
        errors: &response.errors,
        data: (!is_request_error(response)).then_some(&response.data),
        extensions: &response.extensions,
    };
    serde_json::to_vec(&body).map_err(Error::internal).ok()
}

fn broken() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}
