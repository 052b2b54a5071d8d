//! What a verification finds, and how far it has come.

use std::fmt;

use sea_orm::DatabaseTransaction;

/// Faults that are named; those beyond are counted.
const NAMED: usize = 1_000;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Transfers replayed.
    pub transfers: u64,
    /// Accounts compared with the journal.
    pub accounts: u64,
    /// Budgets compared with the accounts below them.
    pub budgets: u64,
    /// Entries of budgets compared with the journal.
    pub entries: u64,
    /// Days of budgets compared with the journal.
    pub days: u64,
    /// Awards, payment requests and other objects compared with the ledger and the audit trail.
    pub objects: u64,
    /// Audit events read.
    pub audit_events: u64,
    /// Everything that is wrong, in the order in which it was found; empty when nothing is. When there are too many to
    /// be named, the last one says how many more there are.
    pub faults: Vec<Fault>,
    unnamed: u64,
}

impl Report {
    /// Whether a fault would still be named.
    pub(crate) fn has_room(&self) -> bool {
        self.faults.len() < NAMED
    }

    fn fault(&mut self, place: String, what: String) {
        if self.has_room() {
            self.faults.push(Fault { place, what });
        } else {
            self.unnamed += 1;
        }
    }

    fn finish(mut self) -> Self {
        if self.unnamed > 0 {
            self.faults.push(Fault {
                place: "elsewhere".to_owned(),
                what: format!("{} more faults", self.unnamed),
            });
        }
        self
    }
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    place: String,
    what: String,
}

impl Fault {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there, in English.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Fault {
    /// In English, the place first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// How far a verification has come, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub done: u64,
    /// Rows to be read.
    pub total: u64,
}

/// Who is told of the progress.
pub type Watcher<'a> = &'a mut (dyn FnMut(Progress) + Send + Sync);

/// A verification under way.
pub(crate) struct Check<'a> {
    /// The instant of the database that is verified.
    pub(crate) snapshot: &'a DatabaseTransaction,
    /// What was found so far.
    pub(crate) report: Report,
    progress: Progress,
    watcher: Watcher<'a>,
}

impl<'a> Check<'a> {
    /// The beginning of a verification.
    pub(crate) fn new(snapshot: &'a DatabaseTransaction, watcher: Watcher<'a>) -> Self {
        Self {
            snapshot,
            report: Report::default(),
            progress: Progress::default(),
            watcher,
        }
    }

    /// Adds a fault to the report.
    pub(crate) fn fault(&mut self, place: impl fmt::Display, what: impl Into<String>) {
        self.report.fault(place.to_string(), what.into());
    }

    /// Adds a fault that may be come across again.
    pub(crate) fn fault_once(&mut self, place: String, what: String) {
        let known = |fault: &Fault| (&fault.place, &fault.what) == (&place, &what);
        if !self.report.faults.iter().any(known) {
            self.report.fault(place, what);
        }
    }

    /// Says that so many more rows will be read.
    pub(crate) fn expect(&mut self, rows: u64) {
        self.progress.total += rows;
        (self.watcher)(self.progress);
    }

    /// Says that so many more rows were read; answers how many.
    pub(crate) fn read(&mut self, rows: usize) -> u64 {
        let rows = u64::try_from(rows).unwrap_or_default();
        self.progress.done += rows;
        (self.watcher)(self.progress);
        rows
    }

    /// What was found in the end.
    pub(crate) fn finish(self) -> Report {
        self.report.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_beyond_those_that_are_named_are_counted_in_the_last_one() {
        let mut report = Report::default();
        for number in 0..NAMED + 2 {
            report.fault(format!("transfer {number}"), "it was altered".to_owned());
        }
        let report = report.finish();
        assert_eq!(report.faults.len(), NAMED + 1);
        let told = |fault: Option<&Fault>| fault.expect("a fault").to_string();
        assert_eq!(told(report.faults.first()), "transfer 0: it was altered");
        assert_eq!(told(report.faults.last()), "elsewhere: 2 more faults");
    }
}
