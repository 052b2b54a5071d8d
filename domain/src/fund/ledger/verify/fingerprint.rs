//! Fingerprints of rows: two sets of rows are compared by one number each, so that neither is kept in memory.
//!
//! Their keys are drawn anew for every verification. Whoever alters rows cannot know them, so cannot make two sets look
//! alike: it happens by chance once in 2⁶⁴.

use std::hash::{BuildHasher, RandomState};

use entity::value::Instant;
use time::Date;
use uuid::Uuid;

use crate::fund::ledger::balances::KINDS;

/// One balance, or change, per kind of account that a budget holds.
pub(super) type Sums = [i64; KINDS.len()];

/// The keys of the fingerprints of one verification.
#[derive(Default)]
pub(super) struct Keys {
    first: RandomState,
    second: RandomState,
}

impl Keys {
    /// The fingerprint of a row of `budget_entry`. That of a set of rows is the wrapping sum of theirs.
    pub(super) fn entry(&self, node: Uuid, recorded_at: Instant, seq: i64, balances: &Sums) -> u64 {
        self.first.hash_one((node, recorded_at.0, seq, balances))
    }

    /// The fingerprint of there being a row of `budget_day`.
    pub(super) fn day(&self, node: Uuid, day: Date) -> u64 {
        self.first.hash_one((node, day.to_julian_day()))
    }

    /// What one change counts for in the fingerprint of a node's days. It is linear: the changes of a day may be added
    /// one by one, in any order, and count as much as their sum.
    pub(super) fn change(&self, day: Date, place: usize, change_minor: i64) -> u128 {
        let day = (day.to_julian_day(), place);
        let weight = (u128::from(self.first.hash_one(day)) << 64) | u128::from(self.second.hash_one(day));
        weight.wrapping_mul(i128::from(change_minor).cast_unsigned())
    }

    /// What all the changes of a day count for.
    pub(super) fn changes(&self, day: Date, changes: &Sums) -> u128 {
        let moved = changes.iter().enumerate().filter(|(_, change)| **change != 0);
        moved.fold(0, |sum: u128, (place, change)| {
            sum.wrapping_add(self.change(day, place, *change))
        })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn changes_of_a_day_count_as_much_as_their_sum_and_only_on_that_day_and_in_that_column() {
        let keys = Keys::default();
        let day = date!(2018 - 06 - 20);
        let mut changes = Sums::default();
        changes[2] = -70;
        let one_by_one = keys.change(day, 2, 30).wrapping_add(keys.change(day, 2, -100));
        assert_eq!(keys.changes(day, &changes), one_by_one);
        assert_ne!(keys.changes(date!(2018 - 06 - 21), &changes), one_by_one);
        changes.swap(2, 3);
        assert_ne!(keys.changes(day, &changes), one_by_one);
        assert_eq!(keys.changes(day, &Sums::default()), 0);
    }

    #[test]
    fn an_entry_has_another_fingerprint_when_anything_of_it_changes() {
        let keys = Keys::default();
        let (node, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let balances = Sums::default();
        let mut moved = balances;
        moved[9] = 1;
        let all = [
            keys.entry(node, Instant(5), 7, &balances),
            keys.entry(other, Instant(5), 7, &balances),
            keys.entry(node, Instant(6), 7, &balances),
            keys.entry(node, Instant(5), 8, &balances),
            keys.entry(node, Instant(5), 7, &moved),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one), "{index}");
        }
    }
}
