//! What is measured, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use crate::storage::Place;

pub const USAGE: &str = "\
cargo bench --bench ledger -- [--sqlite FOLDER] [--postgres URL] [OPTION VALUE]...

  --sqlite FOLDER        measure SQLite, with its files in this folder
  --postgres URL         measure PostgreSQL, on a server whose role may create databases
  --clients 1,8,32,128   clients that post at once, in one run after the other
  --seconds 10           how long each of these runs takes
  --sizes 1000,100000    transfers in the ledger when it is read
  --samples 2000         how often each query is asked at each size
  --program PATH         the program, to measure its start and `verify` on the largest ledger
  --load 600             instead of all that: twice what the program can serve, for so many seconds
  --limits FILE          what the machine can do: lines of DATABASE WAY CLIENTS POSTS-PER-SECOND

`scripts/bench-ledger` and `scripts/bench-load` give all of them.";

/// The options of one run.
#[derive(Debug)]
pub struct Options {
    pub places: Vec<Place>,
    pub clients: Vec<usize>,
    pub time: Duration,
    pub sizes: Vec<u64>,
    pub samples: usize,
    pub program: Option<PathBuf>,
    pub limits: Option<PathBuf>,
    pub load: Option<Duration>,
}

impl Options {
    /// Reads the command line.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            places: Vec::new(),
            clients: vec![1, 8, 32, 128],
            time: Duration::from_secs(10),
            sizes: vec![1_000, 100_000],
            samples: 2_000,
            program: None,
            limits: None,
            load: None,
        };
        let mut arguments = arguments.into_iter();
        while let Some(option) = arguments.next() {
            // `cargo bench` adds it.
            if option == "--bench" {
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{option} has no value"))?;
            match option.as_str() {
                "--sqlite" => options.places.push(Place::Sqlite(value.into())),
                "--postgres" => options.places.push(Place::Postgres(value)),
                "--clients" => options.clients = list(&value)?,
                "--seconds" => options.time = Duration::from_secs(number(&value)?),
                "--sizes" => options.sizes = list(&value)?,
                "--samples" => options.samples = number(&value)?,
                "--program" => options.program = Some(value.into()),
                "--load" => options.load = Some(Duration::from_secs(number(&value)?)),
                "--limits" => options.limits = Some(value.into()),
                _ => return Err(format!("there is no option {option}")),
            }
        }
        options.check()
    }

    fn check(self) -> Result<Self, String> {
        if self.places.is_empty() {
            return Err("no database is given".to_owned());
        }
        if self.clients.contains(&0) || self.time.is_zero() || self.samples == 0 {
            return Err("without clients, time or samples nothing is measured".to_owned());
        }
        if self.load.is_some_and(|time| time.is_zero()) || (self.load.is_some() && self.program.is_none()) {
            return Err("a load takes time, and a program".to_owned());
        }
        if !self.sizes.is_sorted_by(|smaller, larger| smaller < larger) {
            return Err("the sizes do not grow".to_owned());
        }
        Ok(self)
    }
}

fn number<N: std::str::FromStr>(value: &str) -> Result<N, String> {
    value.trim().parse().map_err(|_| format!("{value} is not a number"))
}

fn list<N: std::str::FromStr>(value: &str) -> Result<Vec<N>, String> {
    value.split(',').map(number).collect()
}
