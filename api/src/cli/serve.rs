//! `octroi serve`

use std::io::{self, IsTerminal};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::{Args, ValueEnum};
use domain::database::Pool;
use domain::{Clock, Database};
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::{App, Keys, http};

/// What is logged when `RUST_LOG` does not say: the server's own account of its threads is for its developers.
const USUAL_LOG: &str = "info,actix_server=warn";

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

    /// Strangers reach this server: turn development aids such as GraphiQL off
    #[arg(long, env = "OCTROI_PRODUCTION", value_parser = clap::builder::BoolishValueParser::new())]
    production: bool,

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

    /// How the log on standard error is written
    #[arg(long, value_name = "FORMAT", env = "OCTROI_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// For machines: one JSON object a line
    Json,
}

/// Answers requests until told to stop, then lets those in progress end.
pub(super) async fn run(url: &str, options: Options) -> Result<ExitCode, Failure> {
    start_log(options.log_format);
    // First what changes nothing: a start that cannot succeed leaves no trace.
    let listener = listen(options.listen)?;
    let pool = Pool {
        connections: options.database_connections,
        ..Pool::default()
    };
    let database = Database::open(url, pool, Clock::system()).await?;
    database.migrate().await?;
    let keys = Keys::load_or_create(&options.signing_key)?;
    let workers = options.workers.map_or_else(usual_workers, usize::from);
    until_stopped(App::new(database, keys, options.production), listener, workers).await?;
    Ok(ExitCode::SUCCESS)
}

/// One worker for every core.
pub(super) fn usual_workers() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Answers requests until told to stop, lets those in progress end, and closes the database.
pub(super) async fn until_stopped(app: App, listener: TcpListener, workers: usize) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let (database, production) = (app.database.clone(), app.production);
    let sockets = app.sockets.clone();
    let server = http::server(app, listener, workers)?;
    stop_on_signal(server.handle(), sockets)?;
    tracing::info!(
        engine = database.engine(),
        workers,
        production,
        "Octroi listens on http://{address}"
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

/// Logs to standard error, as much as `RUST_LOG` asks: standard output is for what commands answer.
pub(super) fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL_LOG));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Stops the server, without cutting off requests in progress, on the first SIGTERM or Ctrl-C.
fn stop_on_signal(server: actix_web::dev::ServerHandle, sockets: http::Sockets) -> io::Result<()> {
    let mut terminate = Terminate::new()?;
    actix_web::rt::spawn(async move {
        tokio::select! {
            () = terminate.received() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: requests in progress may end");
        // They would not end by themselves.
        sockets.close();
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
