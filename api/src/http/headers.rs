//! What every response says to browsers, whatever it answers: errors and unknown paths too.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::address::came_over_tls;
use crate::App;

/// Nothing that we answer is a page, but for one, which has a policy of its own.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Two years, as the lists of sites that browsers ship ask for. The subdomains are not ours to speak for.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds the headers of every response.
pub(super) async fn guard(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let over_tls = came_over_tls(request.request(), &app.door.trusted_proxies);
    let mut response = next.call(request).await?;
    add(response.headers_mut(), over_tls);
    Ok(response)
}

fn add(headers: &mut HeaderMap, over_tls: bool) {
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, NO_PAGE);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Against being embedded as an image or a script; who may read it by CORS still may.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if over_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
}
