//! Amounts, with a liking for the edges.

use time::{Date, Duration};

use super::Draw;
use crate::ledger::model::auditor::Auditor;
use crate::ledger::model::operation::{Currency, Order, Sum};
use crate::ledger::model::stage::{CURRENCIES, FIRST_DAY};

impl Draw {
    /// What a decision grants: often little, so that a call has many awards; now and then nothing.
    pub fn grant(&mut self) -> i64 {
        match self.dice.u32(0..12) {
            0 => 0,
            1 => self.number(1..=3),
            2..=6 => self.number(100..=100_000),
            7..=10 => self.number(100_000..=10_000_000),
            _ => self.number(10_000_000..=1_000_000_000),
        }
    }

    /// An amount of money, of which there is so much: parts of it, all of it, and one more than that.
    pub fn sum(&mut self, available: i64, currency: Currency) -> Sum {
        let minor = |minor: i64| Sum::Minor(minor.into(), currency);
        match self.dice.u32(0..1_000) {
            0..500 => minor(self.number(1..=(available / 8).max(1))),
            500..700 => minor(self.number(1..=available.max(1))),
            700..850 => minor(available.max(1)),
            850..910 => minor(available + 1),
            _ => self.odd_sum(available, currency),
        }
    }

    /// An amount that is refused, nearly always.
    fn odd_sum(&mut self, available: i64, currency: Currency) -> Sum {
        let others: Vec<Currency> = CURRENCIES.into_iter().filter(|other| *other != currency).collect();
        let other = others[self.below(others.len())];
        match self.dice.u32(0..12) {
            0 | 1 => Sum::Minor(0, currency),
            2 => Sum::Minor(-1, currency),
            3 => Sum::Minor(i128::from(-available), currency),
            4 => Sum::Minor(i128::from(i64::MAX), currency),
            5 => Sum::Minor(i128::from(i64::MAX) + 1, currency),
            6 => Sum::Minor(i128::from(i64::MIN), currency),
            7 => Sum::Minor(1_000_000_000_000_001, currency),
            8 => Sum::TooFine(currency),
            9 => Sum::Words(currency),
            10 => Sum::Minor(i128::from(available), other),
            _ => Sum::Words(other),
        }
    }

    /// A part of what there is: two thirds of the time a small one, so that there is something left for another.
    pub fn part(&mut self, available: i64) -> i64 {
        let most = if self.happens(2, 3) { available / 6 } else { available };
        self.number(1..=most.max(1))
    }

    /// An order of an amount, of which there is so much.
    pub fn order(&mut self, auditor: &Auditor, fund: usize, available: i64) -> Order {
        let currency = auditor.funds.get(fund).map_or(CURRENCIES[0], |fund| fund.currency);
        let sum = self.sum(available, currency);
        Order {
            sum,
            paper: self.paper(),
            day: self.day(auditor, fund),
        }
    }

    /// The day that an order counts for: nearly always none is given.
    fn day(&mut self, auditor: &Auditor, fund: usize) -> Option<Date> {
        let today = if fund < auditor.funds.len() {
            auditor.today(fund)
        } else {
            FIRST_DAY
        };
        match self.dice.u32(0..40) {
            0 => Some(today),
            1 | 2 => Some((today - Duration::days(self.number(0..=500))).max(FIRST_DAY)),
            3 => Some(today + Duration::days(self.number(1..=2))),
            4 => Some(FIRST_DAY - Duration::days(self.number(0..=1))),
            _ => None,
        }
    }
}
