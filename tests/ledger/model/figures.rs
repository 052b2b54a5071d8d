//! What a run was made of.

use std::{collections::BTreeMap, fmt, time::Instant};

use super::auditor::Expected;
use super::operation::Operation;

pub struct Report {
    title: &'static str,
    since: Instant,
    operations: u64,
    /// By the name of the mutation: asked, done.
    kinds: BTreeMap<&'static str, (u64, u64)>,
    codes: BTreeMap<&'static str, u64>,
    previews: u64,
    replays: u64,
    postings: u64,
}

impl Report {
    pub fn new(title: &'static str) -> Self {
        Self {
            title,
            since: Instant::now(),
            operations: 0,
            kinds: BTreeMap::new(),
            codes: BTreeMap::new(),
            previews: 0,
            replays: 0,
            postings: 0,
        }
    }

    /// How many operations were asked for.
    pub const fn operations(&self) -> u64 {
        self.operations
    }

    pub fn count(&mut self, operation: &Operation, expected: &Expected) {
        self.operations += 1;
        let kind = self.kinds.entry(operation.what.name()).or_default();
        kind.0 += 1;
        kind.1 += u64::from(expected.codes.is_empty());
        for code in &expected.codes {
            *self.codes.entry(code).or_default() += 1;
        }
        self.previews += u64::from(operation.preview);
        self.replays += u64::from(expected.replayed);
        let fresh = !operation.preview && !expected.replayed;
        self.postings += u64::try_from(expected.postings.len()).expect("a few") * u64::from(fresh);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duration = self.since.elapsed();
        let rate = u128::from(self.operations) * 1_000 / duration.as_millis().max(1);
        writeln!(f, "== {}", self.title)?;
        writeln!(
            f,
            "operations {} seconds {} rate {rate}",
            self.operations,
            duration.as_secs()
        )?;
        writeln!(
            f,
            "transfers {} previews {} replays {}",
            self.postings, self.previews, self.replays
        )?;
        for (kind, (asked, done)) in &self.kinds {
            writeln!(f, "kind {kind} {asked} {done}")?;
        }
        for (code, count) in &self.codes {
            writeln!(f, "refused {code} {count}")?;
        }
        Ok(())
    }
}
