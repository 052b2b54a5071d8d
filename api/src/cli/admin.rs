//! `octroi admin`

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::Actor;
use domain::error::Reasons;
use domain::identity::commands::CreateAdmin;
use domain::identity::{password, rules};

use super::{Failure, open};

/// Options of `octroi admin`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

/// What is administered.
#[derive(Debug, Subcommand)]
enum Command {
    /// Open an account that is administrator of the platform
    Create(Create),
}

/// Options of `octroi admin create`.
#[derive(Debug, Args)]
struct Create {
    /// E-mail address of the account
    #[arg(long, env = "OCTROI_ADMIN_EMAIL")]
    email: String,

    /// The name others see
    #[arg(long, env = "OCTROI_ADMIN_NAME")]
    name: String,

    /// Password, of 15 to 128 characters; read from standard input when absent, which keeps it out of process lists
    #[arg(long, env = "OCTROI_ADMIN_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

/// Administers accounts.
pub(super) async fn run(url: &str, options: Options) -> Result<ExitCode, Failure> {
    match options.command {
        Command::Create(create) => run_create(url, create).await,
    }
}

async fn run_create(url: &str, create: Create) -> Result<ExitCode, Failure> {
    let database = open(url).await?;
    let password = match create.password {
        Some(password) => password,
        None => read_password()?,
    };
    let mut reasons = Reasons::none();
    reasons.keep(rules::email(&create.email));
    reasons.keep(rules::password(&password));
    reasons.finish()?;
    let command = CreateAdmin {
        email: create.email,
        display_name: create.name,
        // On this thread: nobody else is waiting for it.
        password_hash: password::hash(&password)?,
    };
    database.execute(&Actor::system(), &command).await?;
    println!("{} is an administrator of the platform.", command.email);
    database.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// One line of standard input.
fn read_password() -> io::Result<String> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        eprint!("Password (it will be seen as you type): ");
    }
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
