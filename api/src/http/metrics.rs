//! `GET /metrics`: the server's figures, for Prometheus.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};

use super::not_found;
use crate::App;
use crate::graphql::error::Error;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers the figures; in production to whoever shows their token, and to others as if there were none.
pub(super) async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    if app.production && !app.door.shows_metrics_token(request.headers()) {
        return not_found().await;
    }
    match app.telemetry.figures() {
        Ok(figures) => HttpResponse::Ok()
            .content_type(OPEN_METRICS)
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(figures),
        Err(error) => {
            Error::internal(error);
            HttpResponse::InternalServerError().finish()
        }
    }
}
