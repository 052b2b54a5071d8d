//! What a server tells of itself to whoever runs it: a log, figures, traces.
//!
//! None of them has anything of what people write or who they are, but for the identifier of their account in the log:
//! no query, variable, e-mail address, network address or token.

mod exchange;
pub mod log;
mod metrics;
mod operation;
pub mod traces;

use std::sync::Arc;

use domain::Database;
use tracing::Span;

use crate::documents::Documents;
pub use exchange::{Exchange, Outcome};
use metrics::Metrics;

/// What a server tells of itself. Clones share it.
#[derive(Clone)]
pub struct Telemetry {
    metrics: Arc<Metrics>,
}

impl Telemetry {
    /// Of a server that begins to answer now, on a database, and knows these documents.
    #[must_use]
    pub fn new(database: &Database, documents: &Documents) -> Self {
        Self {
            metrics: Arc::new(Metrics::new(database, documents)),
        }
    }

    /// Begins to follow one request, which a span of the traces stands for.
    #[must_use]
    pub fn exchange(&self, span: Span) -> Exchange {
        Exchange::new(Arc::clone(&self.metrics), span)
    }

    /// All figures, as text in the format of `OpenMetrics`.
    pub fn figures(&self) -> Result<String, std::fmt::Error> {
        self.metrics.text()
    }
}
