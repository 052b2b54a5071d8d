//! The log on standard error: standard output is for what commands answer.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::{DefaultFields, Format as Formatter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, filter, fmt};

use super::traces::Traces;

/// What is logged when `RUST_LOG` does not say: the server's own account of its threads is for its developers.
const USUAL: &str = "info,actix_server=warn";

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For machines: one JSON object a line
    Json,
}

/// Starts the log, with as much as `RUST_LOG` asks for, and the traces if there are any.
pub fn start(format: Format, traces: Option<&Traces>) {
    // Of the traces only what this program says of a request. Not what it logs, nor what libraries tell of themselves:
    // there could be anything in it.
    let ours = filter::filter_fn(|metadata| {
        let krate = metadata.target().split("::").next();
        metadata.is_span() && matches!(krate, Some("api" | "domain"))
    });
    let traces = traces.map(|traces| {
        let ours = ours.with_max_level_hint(LevelFilter::DEBUG);
        traces.layer().with_filter(ours)
    });
    let chosen = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let subscriber = tracing_subscriber::registry().with(traces);
    match format {
        Format::Text => subscriber.with(lines().with_filter(chosen)).init(),
        Format::Json => subscriber.with(lines().json().with_filter(chosen)).init(),
    }
}

fn lines<S>() -> fmt::Layer<S, DefaultFields, Formatter, fn() -> io::Stderr> {
    fmt::Layer::default()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
}
