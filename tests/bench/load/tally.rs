//! What became of requests, added up.

use std::time::Duration;

use super::mix::{Answer, Outcome};
use crate::figures::percentile;

/// How many answers that were not to come are shown.
const SHOWN: usize = 5;

/// Answers to what was sent in some time.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How long each took that was served.
    pub times: Vec<Duration>,
    /// Turned away for their number.
    pub limited: u32,
    /// Turned away because there was too much to do.
    pub busy: u32,
    /// Answered, but for a field that was turned away.
    pub unavailable: u32,
    /// Turned away as a whole without a word on when to come again.
    pub unannounced: u32,
    /// Anything else: errors, and no answer at all.
    pub others: u32,
    /// The first of those.
    pub shown: Vec<String>,
    /// Not sent, because too many were on their way.
    pub unsent: u32,
    /// How long it was.
    pub time: Duration,
    /// The most memory that the program had, in bytes.
    pub memory: u64,
}

impl Tally {
    pub fn add(&mut self, answer: Answer) {
        let is_turned_away = matches!(answer.outcome, Outcome::Limited | Outcome::Busy);
        self.unannounced += u32::from(is_turned_away && !answer.announced);
        match answer.outcome {
            Outcome::Served => self.times.push(answer.time),
            Outcome::Limited => self.limited += 1,
            Outcome::Busy => self.busy += 1,
            Outcome::Unavailable => self.unavailable += 1,
            Outcome::Other(what) => {
                self.others += 1;
                self.show([what]);
            }
        }
    }

    pub fn and(mut self, other: Self) -> Self {
        self.times.extend(other.times);
        self.limited += other.limited;
        self.busy += other.busy;
        self.unavailable += other.unavailable;
        self.unannounced += other.unannounced;
        self.others += other.others;
        self.show(other.shown);
        self.unsent += other.unsent;
        self
    }

    fn show(&mut self, others: impl IntoIterator<Item = String>) {
        let room = SHOWN.saturating_sub(self.shown.len());
        self.shown.extend(others.into_iter().take(room));
    }

    pub fn served(&self) -> u32 {
        self.times.len().try_into().expect("a number that a benchmark reaches")
    }

    pub fn sent(&self) -> u32 {
        self.served() + self.limited + self.busy + self.unavailable + self.others
    }

    pub fn percentile(&mut self, percent: usize) -> Duration {
        percentile(&mut self.times, percent)
    }

    pub fn megabytes(&self) -> f64 {
        f64::from(u32::try_from(self.memory / 1_000_000).expect("less than a terabyte"))
    }
}
