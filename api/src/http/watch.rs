//! Follows each GraphQL request from its arrival to its answer, for the log, the figures and the traces.
//!
//! Whoever answers says who asks for what, to the [`Exchange`](crate::telemetry::Exchange) it finds with the request,
//! and leaves an [`Outcome`] with the response. Neither is needed: what nobody says is written down as unknown.

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument;

use crate::App;
use crate::telemetry::{Outcome, traces};

/// Follows one request.
pub(super) async fn watch(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let span = traces::span_of(request.headers());
    let exchange = app.telemetry.exchange(span.clone());
    request.extensions_mut().insert(exchange.clone());
    let mut response = next.call(request).instrument(span).await?;
    let outcome = response.response_mut().extensions_mut().remove::<Outcome>();
    let bytes = match response.response().body().size() {
        BodySize::None => Some(0),
        BodySize::Sized(bytes) => Some(bytes),
        BodySize::Stream => None,
    };
    exchange.ends(&outcome.unwrap_or_default(), response.status().as_u16(), bytes);
    Ok(response)
}
