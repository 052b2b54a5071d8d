//! `octroi demo`

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

use clap::Args;
use clap::builder::BoolishValueParser;
use domain::database::Pool;
use domain::{Clock, Database, identity};
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::{Failure, serve};
use crate::telemetry::log;
use crate::{App, Keys, Settings, demo};

/// Options of `octroi demo`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address and port to listen on; of this machine only, as everybody knows the passwords
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "OCTROI_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,

    /// Load the database and stop
    #[arg(long, env = "OCTROI_DEMO_LOAD_ONLY", value_parser = BoolishValueParser::new())]
    load_only: bool,
}

/// Loads the demonstration into an empty database, tells how to visit it, and answers requests until told to stop.
///
/// Without a database, it makes a new one in a temporary folder, which it leaves there.
pub(super) async fn run(url: Option<&str>, options: Options) -> Result<ExitCode, Failure> {
    // First what changes nothing: a start that cannot succeed leaves no trace.
    if !options.listen.ip().to_canonical().is_loopback() {
        return Err(Failure::NotLoopback(options.listen));
    }
    let listener = if options.load_only {
        None
    } else {
        Some(serve::listen(options.listen)?)
    };
    let own = if url.is_none() { Some(new_database()?) } else { None };
    let url = own.as_deref().or(url).unwrap_or_default();
    let database = Database::open(url, Pool::default(), Clock::system()).await?;
    database.migrate().await?;
    if identity::queries::anybody(&database).await? {
        return Err(Failure::NotEmpty);
    }
    load(&database).await?;
    if let Some(own) = &own {
        println!("It is in {own}");
    }
    let address = listener.as_ref().map_or(Ok(options.listen), TcpListener::local_addr)?;
    println!("\n{}", demo::leaflet(&format!("http://{address}")));
    let Some(listener) = listener else {
        println!(
            "To answer requests: octroi serve --database-url {}",
            own.as_deref().unwrap_or("URL")
        );
        database.close().await?;
        return Ok(ExitCode::SUCCESS);
    };
    println!("Octroi listens on http://{address} until Ctrl-C.");
    log::start(log::Format::Text, None);
    let app = App::new(database, Keys::generate()?, Settings::default());
    serve::until_stopped(app, listener, serve::usual_workers(), Duration::ZERO).await?;
    Ok(ExitCode::SUCCESS)
}

/// The URL of a new SQLite file in a folder of its own.
fn new_database() -> Result<String, Failure> {
    let folder = env::temp_dir().join(format!("octroi-demo-{}", Uuid::now_v7()));
    fs::create_dir(&folder)?;
    Ok(format!("sqlite:{}", folder.join("octroi.db").display()))
}

async fn load(database: &Database) -> Result<(), Failure> {
    // On stderr, and only when that is a terminal.
    let progress = ProgressBar::new(demo::COMMANDS);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        progress.set_style(style);
    }
    let loaded = demo::load(database, &progress).await;
    let (commands, seconds) = (progress.position(), progress.elapsed().as_secs_f64());
    progress.finish_and_clear();
    loaded?;
    println!("The demonstration is loaded: {commands} commands in {seconds:.1} s.");
    Ok(())
}
