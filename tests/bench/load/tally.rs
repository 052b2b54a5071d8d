//! What became of requests, added up.

use std::time::Duration;

use super::mix::Answer;
use crate::figures::percentile;

/// Answers of some time.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How long each took that was served.
    pub times: Vec<Duration>,
    /// Turned away for their number.
    pub limited: u32,
    /// Turned away because there was too much to do.
    pub busy: u32,
    /// Those of both without a word on when to come again.
    pub unannounced: u32,
    /// Anything else: errors, and no answer at all.
    pub others: u32,
    /// Not sent, because too many were on their way.
    pub unsent: u32,
    /// How long it was.
    pub time: Duration,
    /// What the program had at the end, in bytes.
    pub memory: u64,
}

impl Tally {
    pub fn add(&mut self, answer: &Answer) {
        match answer.status {
            200 if answer.is_served() => self.times.push(answer.time),
            429 => self.limited += 1,
            503 => self.busy += 1,
            _ => self.others += 1,
        }
        self.unannounced += u32::from(matches!(answer.status, 429 | 503) && !answer.announced);
    }

    pub fn and(mut self, other: Self) -> Self {
        self.times.extend(other.times);
        self.limited += other.limited;
        self.busy += other.busy;
        self.unannounced += other.unannounced;
        self.others += other.others;
        self.unsent += other.unsent;
        self
    }

    pub fn served(&self) -> u32 {
        self.times.len().try_into().expect("a number that a benchmark reaches")
    }

    pub fn sent(&self) -> u32 {
        self.served() + self.limited + self.busy + self.others
    }

    pub fn percentile(&mut self, percent: usize) -> Duration {
        percentile(&mut self.times, percent)
    }

    pub fn megabytes(&self) -> f64 {
        f64::from(u32::try_from(self.memory / 1_000_000).expect("less than a terabyte"))
    }
}
