//! Amounts whose sum was published and whose parts were not.

use std::ops::RangeInclusive;

use super::dice::Dice;

/// Splits a total at random into shares that add up to it exactly, each within its bounds; `None` when no split can.
pub(super) fn shares(total: i64, bounds: &[RangeInclusive<i64>], dice: &mut Dice) -> Option<Vec<i64>> {
    let mut shares: Vec<i64> = bounds.iter().map(|bound| *bound.start()).collect();
    // Squared, so that a few are large and most are small, as grants are.
    let weights: Vec<i64> = bounds.iter().map(|_| dice.between(1..=30).pow(2)).collect();
    let mut left = total.checked_sub(shares.iter().sum())?;
    // Each round gives out something, or there is no room for it.
    while left > 0 {
        let to_share = left;
        let with_room = || shares.iter().zip(bounds).map(|(share, bound)| bound.end() - share);
        let weight: i64 = with_room()
            .zip(&weights)
            .filter(|(room, _)| *room > 0)
            .map(|(_, weight)| weight)
            .sum();
        if weight == 0 {
            return None;
        }
        for ((share, bound), own) in shares.iter_mut().zip(bounds).zip(&weights) {
            let fair = (to_share.checked_mul(*own)? / weight).max(1);
            let given = fair.min(bound.end() - *share).min(left).max(0);
            *share += given;
            left -= given;
        }
    }
    (left == 0).then_some(shares)
}

/// The advance, the interim payment and the balance of an award: 30 %, 50 % and what is left, to the cent.
pub(super) const fn instalments(award_minor: i64) -> [i64; 3] {
    let advance = award_minor * 3 / 10;
    let interim = award_minor / 2;
    [advance, interim, award_minor - advance - interim]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_exactly_and_keep_their_bounds() {
        for chapter in 0..200 {
            let mut dice = Dice::of_chapter(chapter);
            let bounds: Vec<_> = (0..61).map(|place| 1_000..=(2_000 + 800 * place)).collect();
            for total in [61_000, 61_001, 300_000, 1_500_000, 1_586_000] {
                let shares = shares(total, &bounds, &mut dice).expect("it can be split");
                assert_eq!(shares.iter().sum::<i64>(), total);
                assert!(shares.iter().zip(&bounds).all(|(share, bound)| bound.contains(share)));
            }
        }
    }

    #[test]
    fn what_cannot_be_split_is_not() {
        let mut dice = Dice::of_chapter(0);
        assert_eq!(shares(19, &[10..=20, 10..=20], &mut dice), None);
        assert_eq!(shares(41, &[10..=20, 10..=20], &mut dice), None);
        assert_eq!(shares(40, &[10..=20, 10..=20], &mut dice), Some(vec![20, 20]));
        assert_eq!(shares(1, &[], &mut dice), None);
        assert_eq!(shares(0, &[], &mut dice), Some(Vec::new()));
    }

    #[test]
    fn the_seed_splits_as_it_has_always_split() {
        let mut dice = Dice::of_chapter(3);
        assert_eq!(
            shares(1_000, &[0..=900, 0..=900, 0..=900], &mut dice),
            Some(vec![165, 356, 479])
        );
    }

    #[test]
    fn instalments_add_up_to_the_cent() {
        assert_eq!(instalments(100), [30, 50, 20]);
        assert_eq!(instalments(101), [30, 50, 21]);
        for award in [1, 2, 3, 99, 1_234_567_891] {
            assert_eq!(instalments(award).iter().sum::<i64>(), award);
        }
    }
}
