//! `POST /graphql`: the GraphQL-over-HTTP specification, thinly around the schema.
//!
//! Read what the client sent, find out who asks, run it, say what happened. The endpoint is ours rather than the
//! library's because the stock one reads bodies of any size and answers every failure with the same status.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use async_graphql::{Response, ServerError, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use tracing::Instrument;
use uuid::Uuid;

use super::auth;
use super::body::{self, Malformed};
use super::media::{self, Media};
use crate::App;
use crate::graphql::error::{Error, RETRY_AFTER_SECONDS, Result, code};
use crate::graphql::{Locale, code_of, execute, is_request_error, refuse};
use crate::telemetry::{Exchange, Outcome};

/// Runs one GraphQL request.
pub(super) async fn post(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
    exchange: web::ReqData<Exchange>,
) -> HttpResponse {
    let headers = request.headers();
    let media = Media::negotiate(headers);
    let request_id = exchange.request_id();
    // At the level of errors, so that an error is tied to its request however little is logged.
    let span = tracing::error_span!("graphql", %request_id);
    let request = match read(headers, payload).await {
        Ok(request) => request,
        Err(malformed) => return respond_malformed(media, request_id, malformed),
    };
    let response = run(&app, headers, &exchange, request).instrument(span).await;
    respond(media, request_id, &response.unwrap_or_else(refuse))
}

/// Answers what is not a POST.
pub(super) async fn only_post(request: HttpRequest, exchange: web::ReqData<Exchange>) -> HttpResponse {
    let media = Media::negotiate(request.headers());
    let malformed = Malformed::new(StatusCode::METHOD_NOT_ALLOWED, "Send GraphQL requests by POST.");
    let mut response = respond_malformed(media, exchange.request_id(), malformed);
    response
        .headers_mut()
        .insert(ALLOW, actix_web::http::header::HeaderValue::from_static("POST"));
    response
}

async fn read(headers: &HeaderMap, payload: web::Payload) -> Result<async_graphql::Request, Malformed> {
    if !media::is_json(headers) {
        let message = "Send the request as `Content-Type: application/json`, in UTF-8.";
        return Err(Malformed::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    body::parse(&body::read(headers, payload).await?)
}

async fn run(
    app: &App,
    headers: &HeaderMap,
    exchange: &Exchange,
    mut request: async_graphql::Request,
) -> Result<Response> {
    let actor = auth::actor(app, headers, exchange.request_id()).await?;
    exchange.asks(&mut request, &actor);
    let languages = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Ok(execute(app, request, actor, Locale::negotiate(languages)).await)
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

fn respond(media: Media, request_id: Uuid, response: &Response) -> HttpResponse {
    let mut builder = builder(media.status(response), media, request_id);
    if is_request_error(response) {
        match response.errors.first().and_then(code_of) {
            Some(code::UNAUTHENTICATED) => {
                builder.insert_header((WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#));
            }
            Some(code::UNAVAILABLE) => {
                builder.insert_header((RETRY_AFTER, RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
    }
    write(builder, response)
}

fn respond_malformed(media: Media, request_id: Uuid, malformed: Malformed) -> HttpResponse {
    let response = refuse(Error::BadUserInput(malformed.message.to_owned()));
    write(builder(malformed.status, media, request_id), &response)
}

fn builder(status: StatusCode, media: Media, request_id: Uuid) -> HttpResponseBuilder {
    let mut builder = HttpResponseBuilder::new(status);
    builder
        .insert_header((CONTENT_TYPE, media.content_type()))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "Authorization, Accept, Accept-Language"))
        .insert_header(("x-request-id", request_id.to_string()));
    builder
}

fn write(mut builder: HttpResponseBuilder, response: &Response) -> HttpResponse {
    let body = Body {
        errors: &response.errors,
        data: (!is_request_error(response)).then_some(&response.data),
        extensions: &response.extensions,
    };
    match serde_json::to_vec(&body) {
        Ok(body) => {
            let mut written = builder.body(body);
            written.extensions_mut().insert(Outcome::of(response));
            written
        }
        Err(error) => {
            Error::internal(error);
            HttpResponse::InternalServerError().finish()
        }
    }
}
