//! Figures for Prometheus: of the requests, counted here; of the database, asked for when they are read.

use std::sync::Arc;
use std::time::Duration;

use domain::Database;
use domain::database::{Figures, PoolFigures, QueueFigures};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::operation::{Kind, Names};
use crate::documents::Documents;

/// The durations by which requests are told apart, in seconds: most take a few milliseconds, none more than half a
/// minute.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// What requests are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: Arc<str>,
    kind: Kind,
    code: String,
}

/// What their durations are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: Arc<str>,
    kind: Kind,
}

/// What errors and refusals are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

/// The figures of one server.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Operation, Histogram, fn() -> Histogram>,
    errors: Family<Code, Counter>,
    refusals: Family<Code, Counter>,
    /// Requests that are being answered.
    pub(super) in_flight: Gauge,
    /// The names that operations count as.
    pub(super) names: Names,
}

impl Metrics {
    /// The figures of a server that begins now, and knows these documents.
    pub(super) fn new(database: &Database, documents: &Documents) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("octroi"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            errors: Family::default(),
            refusals: Family::default(),
            in_flight: Gauge::default(),
            names: Names::new(documents.operations()),
        };
        metrics.register();
        let began_at = Gauge::<i64>::default();
        began_at.set(database.clock().now().0.div_euclid(1_000_000));
        let began = "When this server began, in seconds of Unix time";
        let registry = &mut metrics.registry;
        registry.register("start_time_seconds", began, began_at);
        registry.register_collector(Box::new(Storage(database.clone())));
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The release that runs", version);
        registry.register(
            "graphql_requests",
            "Requests answered, by operation and by the code that says most about how they ended",
            self.requests.clone(),
        );
        registry.register(
            "graphql_request_seconds",
            "How long requests took until their answer was ready",
            self.seconds.clone(),
        );
        registry.register(
            "graphql_errors",
            "Requests with an error, by the codes of their errors",
            self.errors.clone(),
        );
        registry.register(
            "graphql_refusals",
            "Requests with a refused mutation, by the codes of the reasons",
            self.refusals.clone(),
        );
        registry.register(
            "graphql_in_flight",
            "Requests that are being answered",
            self.in_flight.clone(),
        );
    }

    /// Counts a request that was answered.
    pub(super) fn answered(&self, operation: Arc<str>, kind: Kind, code: &str, elapsed: Duration) {
        let labels = Operation { operation, kind };
        self.seconds.get_or_create(&labels).observe(elapsed.as_secs_f64());
        let Operation { operation, kind } = labels;
        let code = code.to_owned();
        self.requests.get_or_create(&Answered { operation, kind, code }).inc();
    }

    /// Counts the errors of one request.
    pub(super) fn failed(&self, codes: &[String]) {
        count(&self.errors, codes);
    }

    /// Counts the reasons for which one request was refused.
    pub(super) fn refused(&self, codes: &[String]) {
        count(&self.refusals, codes);
    }

    /// All of them, as text.
    pub(super) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut figures = String::new();
        text::encode(&mut figures, &self.registry)?;
        Ok(figures)
    }
}

fn count(family: &Family<Code, Counter>, codes: &[String]) {
    for code in codes {
        family.get_or_create(&Code { code: code.clone() }).inc();
    }
}

/// The figures of the database, which it keeps itself.
#[derive(Debug)]
struct Storage(Database);

impl Collector for Storage {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let Figures {
            pools,
            statements,
            queues,
        } = self.0.figures();
        let sent = ("database_statements", "Statements sent to the database");
        counter(&mut encoder, sent, statements)?;
        connections(&mut encoder, &pools)?;
        ledger(&mut encoder, &queues)
    }
}

type Encoded = Result<(), std::fmt::Error>;

fn connections(encoder: &mut DescriptorEncoder, pools: &[PoolFigures]) -> Encoded {
    let help = "Connections to the database, by what they are for and whether somebody uses them";
    let mut open = encoder.encode_descriptor("database_connections", help, None, MetricType::Gauge)?;
    for pool in pools {
        for (state, connections) in [("idle", pool.idle), ("used", pool.open.saturating_sub(pool.idle))] {
            let labels = [("pool", pool.name), ("state", state)];
            let metric = open.encode_family(&labels)?;
            ConstGauge::new(i64::from(connections)).encode(metric)?;
        }
    }
    let help = "Most connections to the database that may be open";
    let mut most = encoder.encode_descriptor("database_connections_max", help, None, MetricType::Gauge)?;
    for pool in pools {
        let labels = [("pool", pool.name)];
        let metric = most.encode_family(&labels)?;
        ConstGauge::new(i64::from(pool.most)).encode(metric)?;
    }
    Ok(())
}

fn ledger(encoder: &mut DescriptorEncoder, queues: &QueueFigures) -> Encoded {
    let posted = ("ledger_transfers", "Transfers posted to the ledger");
    counter(encoder, posted, queues.transfers)?;
    let turned_away = (
        "ledger_turned_away",
        "Commands turned away because too many waited for the same journal",
    );
    counter(encoder, turned_away, queues.turned_away)?;
    let help = "Commands that wait for their turn in a journal";
    let mut waiting = encoder.encode_descriptor("ledger_waiting", help, None, MetricType::Gauge)?;
    waiting.encode_gauge(&queues.waiting)?;
    // Read one after the other, while they go on: the transactions are summed up from what is shown.
    let sizes = queues.transactions.map(|(size, count)| (f64::from(size), count));
    let transactions = sizes.iter().map(|(_, count)| count).sum();
    let help = "Transactions, by how many commands shared them";
    let mut shared = encoder.encode_descriptor("ledger_batch_commands", help, None, MetricType::Histogram)?;
    let commands = u32::try_from(queues.commands).map_or(f64::INFINITY, f64::from);
    let buckets = [sizes.as_slice(), &[(f64::INFINITY, 0)]].concat();
    shared.encode_histogram::<NoLabelSet>(commands, transactions, &buckets, None)
}

fn counter(encoder: &mut DescriptorEncoder, (name, help): (&str, &str), count: u64) -> Encoded {
    let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    ConstCounter::new(count).encode(metric)
}
