//! `octroi serve`

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use domain::database::Pool;
use domain::{Clock, Database};
use reqwest::Url;

use super::{Failure, settings};
use crate::telemetry::log::{self, Format};
use crate::telemetry::traces::Traces;
use crate::{App, Keys, http};

/// How long what nobody waits for any longer may take to end, once the server has stopped.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// Options of `octroi serve`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address and port to listen on
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "OCTROI_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,

    /// Private key that signs access tokens; made on the first start
    #[arg(long, value_name = "PATH", env = "OCTROI_SIGNING_KEY", default_value = "octroi.key")]
    signing_key: PathBuf,

    /// Most database connections held
    #[arg(
        long,
        value_name = "NUMBER",
        env = "OCTROI_DATABASE_CONNECTIONS",
        default_value_t = Pool::default().connections,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    database_connections: u32,

    /// Threads that answer requests; by default one for every core
    #[arg(long, value_name = "NUMBER", env = "OCTROI_WORKERS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    /// Seconds to go on answering once told to stop, while /readyz says so already: as long as a load balancer takes
    /// to notice
    #[arg(
        long,
        value_name = "SECONDS",
        env = "OCTROI_DRAIN_SECONDS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(..=600)
    )]
    drain_seconds: u64,

    #[command(flatten)]
    settings: settings::Options,

    /// How the log on standard error is written; by default json with --production, else text
    #[arg(long, value_name = "FORMAT", env = "OCTROI_LOG_FORMAT", value_enum)]
    log_format: Option<Format>,

    /// Where traces go
    #[arg(
        long,
        help = "Collector of OpenTelemetry to send traces to, by OTLP over HTTP, as http://localhost:4318; by default \
                the one that OTEL_EXPORTER_OTLP_ENDPOINT names, or none",
        value_name = "URL",
        env = "OCTROI_OTLP_ENDPOINT",
        value_parser = collector
    )]
    otlp_endpoint: Option<Url>,
}

/// Answers requests until told to stop, then lets those in progress end.
pub(super) async fn run(url: &str, options: Options) -> Result<ExitCode, Failure> {
    let usual = if options.settings.production {
        Format::Json
    } else {
        Format::Text
    };
    let traces = Traces::to(options.otlp_endpoint.as_ref())?;
    log::start(options.log_format.unwrap_or(usual), traces.as_ref());
    // First what changes nothing: a start that cannot succeed leaves no trace.
    let settings = options.settings.read()?;
    let listener = listen(options.listen)?;
    let pool = Pool {
        connections: options.database_connections,
        ..Pool::default()
    };
    let database = Database::open(url, pool, Clock::system()).await?;
    database.migrate().await?;
    let keys = Keys::load_or_create(&options.signing_key)?;
    let workers = options.workers.map_or_else(usual_workers, usize::from);
    let app = App::new(database, keys, settings);
    let drain = Duration::from_secs(options.drain_seconds);
    until_stopped(app, listener, workers, drain).await?;
    if let Some(traces) = traces {
        traces.finish().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the address of a collector.
fn collector(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("a collector is named by its address, as http://localhost:4318".to_owned())
    }
}

/// One worker for every core.
pub(super) fn usual_workers() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Answers requests until told to stop, goes on for a while, lets those in progress end, and closes the database.
pub(super) async fn until_stopped(
    app: App,
    listener: TcpListener,
    workers: usize,
    drain: Duration,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let (database, production) = (app.database.clone(), app.production);
    let scheme = if app.door.tls.is_some() { "https" } else { "http" };
    let server = http::server(app.clone(), listener, workers)?;
    stop_on_signal(app, server.handle(), drain)?;
    tracing::info!(
        engine = database.engine(),
        workers,
        production,
        "Octroi listens on {scheme}://{address}"
    );
    server.await?;
    // A command goes on when its caller has hung up, and may wait for a lock that another server holds. Past this time
    // it is cut off, which undoes it: nobody was told that it was done.
    if let Ok(closed) = tokio::time::timeout(CLOSE_WITHIN, database.close()).await {
        closed?;
    } else {
        tracing::warn!("a command that nobody waits for was cut off, and is not done");
    }
    tracing::info!("Octroi has stopped");
    Ok(())
}

/// Takes an address and port.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::PortTaken(address),
        _ => Failure::Listen(address, error),
    })
}

/// Stops the server, without cutting off requests in progress, on the first SIGTERM or Ctrl-C.
///
/// Not at once if there is a balancer in front, which goes on sending requests until it has asked whether we are ready:
/// it would find nobody who listens, and its clients an error.
fn stop_on_signal(app: App, server: actix_web::dev::ServerHandle, drain: Duration) -> io::Result<()> {
    let mut terminate = Terminate::new()?;
    actix_web::rt::spawn(async move {
        tokio::select! {
            () = terminate.received() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: requests in progress may end");
        app.begin_to_stop();
        tokio::time::sleep(drain).await;
        server.stop(true).await;
    });
    Ok(())
}

/// The signal by which service managers stop a program.
struct Terminate {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Terminate {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for it; for ever where there is no such signal.
    async fn received(&mut self) {
        #[cfg(unix)]
        self.signal.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}
