//! Traces for a collector of OpenTelemetry, by OTLP: what a request does, and where its time goes.
//!
//! The spans are those of this program at the level of DEBUG, which nobody makes where neither a log nor a collector
//! wants them.

use std::env;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use reqwest::Url;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

use crate::http::tls;

/// What the traces are of.
const SERVICE: &str = "octroi";

/// The variables by which OpenTelemetry's own configuration names a collector.
const STANDARD: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// How long the last spans may take to reach the collector, once the server has stopped.
const FLUSH_WITHIN: Duration = Duration::from_secs(5);

/// Spans on their way to a collector.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent: {0}")]
pub struct TracesError(#[from] opentelemetry_otlp::ExporterBuildError);

impl Traces {
    /// Traces to the collector at a base address, or at the one that OpenTelemetry's own variables name; none if there
    /// is neither.
    pub fn to(collector: Option<&Url>) -> Result<Option<Self>, TracesError> {
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if collector.is_none() && !STANDARD.iter().any(is_set) {
            return Ok(None);
        }
        tls::install_provider();
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let exporter = match collector {
            Some(base) => exporter.with_endpoint(format!("{}/v1/traces", base.as_str().trim_end_matches('/'))),
            None => exporter,
        };
        let provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name(SERVICE).build())
            .with_batch_exporter(exporter.build()?)
            .build();
        Ok(Some(Self(provider)))
    }

    /// What hands the spans over.
    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
    }

    /// Sends what has not been sent yet, and stops.
    pub async fn finish(self) {
        // It waits for its own thread, which must not keep this one from its work.
        let finished = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH_WITHIN)).await;
        if !matches!(finished, Ok(Ok(()))) {
            tracing::warn!("the last traces did not reach their collector");
        }
    }
}

/// The span of a request: a part of the trace that its `traceparent` names, or the first of a new one.
pub(crate) fn span_of(headers: &HeaderMap) -> Span {
    let span = tracing::debug_span!("request", otel.kind = "server");
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&Carrier(headers));
        // Refused where a log wants the span and no collector does.
        drop(span.set_parent(parent));
    }
    span
}

/// Headers, as the propagator reads them.
struct Carrier<'a>(&'a HeaderMap);

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
