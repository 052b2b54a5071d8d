//! What the machine itself can do: the same rows, written by the databases' own tools.

use std::fs;
use std::path::Path;

use crate::figures::rounded;

/// Posts per second of the databases' own tools.
#[derive(Debug, Default)]
pub struct Limits(Vec<Limit>);

#[derive(Debug)]
struct Limit {
    engine: String,
    /// How they were written.
    way: String,
    /// By how many at once; `None` where that makes no difference.
    clients: Option<usize>,
    rate: f64,
}

impl Limits {
    /// Reads a file of lines with tabs: engine, way, clients or `-`, posts per second.
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("the file of limits");
        let limit = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [engine, way, clients, rate] = fields[..] else {
                panic!("not a limit: {line}");
            };
            Limit {
                engine: engine.to_owned(),
                way: way.to_owned(),
                clients: clients.parse().ok(),
                rate: rate.parse().expect("posts per second"),
            }
        };
        Self(text.lines().map(limit).collect())
    }

    /// The ways that were measured on an engine.
    pub fn ways(&self, engine: &str) -> Vec<String> {
        let mut ways: Vec<String> = Vec::new();
        for limit in self.0.iter().filter(|limit| limit.engine == engine) {
            if !ways.contains(&limit.way) {
                ways.push(limit.way.clone());
            }
        }
        ways
    }

    /// A limit, and how many times that many we post.
    pub fn beside(&self, engine: &str, way: &str, clients: usize, ours: f64) -> String {
        let same = |limit: &&Limit| {
            limit.engine == engine && limit.way == way && limit.clients.is_none_or(|limit| limit == clients)
        };
        self.0.iter().find(same).map_or_else(
            || "–".to_owned(),
            |limit| format!("{} ({:.2}×)", rounded(limit.rate), ours / limit.rate),
        )
    }
}
