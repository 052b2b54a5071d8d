//! Chance from a fixed seed: every demonstration is the same one.

use std::ops::RangeInclusive;

use fastrand::Rng;

/// The seed of every demonstration.
const SEED: u64 = 2018;

/// A seeded source of chance.
pub(super) struct Dice(Rng);

impl Dice {
    /// The dice of one chapter. Each chapter has its own, so that a change to one leaves the others as they were.
    pub(super) fn of_chapter(chapter: u64) -> Self {
        Self(Rng::with_seed(SEED.wrapping_mul(1_000).wrapping_add(chapter)))
    }

    /// A number within bounds.
    pub(super) fn between(&mut self, bounds: RangeInclusive<i64>) -> i64 {
        self.0.i64(bounds)
    }

    /// Scores around a mean, in hundredths of a point: multiples of half a point, within 0 and 20 points.
    pub(super) fn scores(&mut self, mean_centi: i32, count: usize) -> Vec<i32> {
        let score = |_| (mean_centi + 50 * self.0.i32(-4..=4)).clamp(0, 2_000);
        (0..count).map(score).collect()
    }

    /// One of the items.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    /// Puts the items in any order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }

    /// A place in a list. Drawn as 64 bits, because machines differ in the size of theirs.
    fn index(&mut self, length: usize) -> usize {
        let last = u64::try_from(length).unwrap_or(u64::MAX).saturating_sub(1);
        usize::try_from(self.0.u64(0..=last)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_draws_what_it_has_always_drawn() {
        let mut dice = Dice::of_chapter(1);
        let numbers: Vec<i64> = (0..5).map(|_| dice.between(0..=999)).collect();
        assert_eq!(numbers, [869, 49, 809, 883, 334]);
        let mut letters = ['a', 'b', 'c', 'd', 'e'];
        dice.shuffle(&mut letters);
        assert_eq!(letters, ['e', 'd', 'c', 'b', 'a']);
        assert_eq!(dice.scores(1_400, 4), [1_300, 1_250, 1_500, 1_600]);
    }

    #[test]
    fn a_draw_stays_within_its_bounds_and_a_shuffle_loses_nothing() {
        let mut dice = Dice::of_chapter(2);
        for _ in 0..1_000 {
            assert!((3..=5).contains(&dice.between(3..=5)));
            assert!(
                dice.scores(1_950, 4)
                    .iter()
                    .all(|score| (0..=2_000).contains(score) && score % 50 == 0)
            );
        }
        let mut numbers: Vec<u32> = (0..100).collect();
        dice.shuffle(&mut numbers);
        assert_ne!(numbers, (0..100).collect::<Vec<_>>());
        numbers.sort_unstable();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
        assert_eq!(dice.pick::<u32>(&[]), None);
    }
}
