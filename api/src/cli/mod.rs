//! The command line: `octroi serve` and what an operator needs beside it.
//!
//! Every option is also an environment variable, `OCTROI_…`. A command that cannot do its work says why in one line.

mod admin;
mod demo;
mod door;
mod failure;
mod migrate;
mod schema;
mod serve;
mod settings;
mod verify;

use std::future::Future;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use domain::database::Pool;
use domain::{Clock, Database};

pub use failure::Failure;

/// Where the data is when nobody says.
const USUAL_DATABASE: &str = "sqlite:octroi.db";

/// Runs a grant programme, from the money voted to the money spent.
#[derive(Debug, Parser)]
#[command(name = "octroi", version, max_term_width = 100)]
pub struct Cli {
    /// Where the data is
    #[arg(
        long,
        help = "Where the data is: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE; when absent, \
                sqlite:octroi.db, and for the demonstration a new file",
        global = true,
        value_name = "URL",
        env = "OCTROI_DATABASE_URL",
        hide_env_values = true
    )]
    database_url: Option<String>,

    #[command(subcommand)]
    command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until SIGTERM or Ctrl-C
    Serve(Box<serve::Options>),
    /// Bring the database to this release's form, and stop
    Migrate,
    /// Print the public GraphQL schema
    Schema,
    /// Administer accounts
    Admin(admin::Options),
    /// Load three real programmes into a new database, with sample accounts, and answer requests
    Demo(demo::Options),
    /// Prove that the ledger is whole: exit 0 if it is, 1 with every fault if not
    Verify,
}

/// Reads the command line and does what it says.
pub fn run() -> Result<ExitCode, Failure> {
    let Cli { database_url, command } = Cli::parse();
    let given = database_url.as_deref();
    let url = given.unwrap_or(USUAL_DATABASE);
    match command {
        Command::Demo(options) => block_on(demo::run(given, options)),
        Command::Serve(options) => block_on(serve::run(url, *options)),
        Command::Migrate => block_on(migrate::run(url)),
        Command::Schema => schema::run(),
        Command::Admin(options) => block_on(admin::run(url, options)),
        Command::Verify => block_on(verify::run(url)),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}

/// Opens a database that is of this release already.
async fn open(url: &str) -> Result<Database, Failure> {
    let database = Database::open(url, Pool::default(), Clock::system()).await?;
    database.check().await?;
    Ok(database)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_is_an_environment_variable_too() {
        fn check(command: &clap::Command) {
            for option in command.get_arguments().filter(|argument| !argument.is_positional()) {
                let name = option.get_id().as_str();
                let env = option.get_env().and_then(|env| env.to_str()).unwrap_or_default();
                let built_in = ["help", "version"].contains(&name);
                assert!(
                    built_in || env.starts_with("OCTROI_"),
                    "{} --{name}",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
