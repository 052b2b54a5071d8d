//! SIRET numbers that pass the check and are nobody's.

use super::dice::Dice;

/// A SIRET of 14 digits whose SIREN begins with 0. INSEE numbers public bodies from 1 and 2 and everybody else from 3
/// up, so that it is nobody's.
pub(super) fn siret(dice: &mut Dice) -> String {
    let siren = with_check_digit(&format!("0{:07}", dice.between(0..=9_999_999)));
    with_check_digit(&format!("{siren}0001"))
}

/// The digits followed by the one that makes them pass the Luhn check.
fn with_check_digit(digits: &str) -> String {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|character| character.to_digit(10))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { doubled(digit) } else { digit })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use domain::identity::rules::is_siret;

    use super::*;

    #[test]
    fn the_check_digit_is_the_one_of_a_known_siret() {
        assert_eq!(with_check_digit("7328293200007"), "73282932000074");
    }

    #[test]
    fn a_number_passes_the_check_and_begins_as_nobody_s_does() {
        let mut dice = Dice::of_chapter(0);
        for _ in 0..1_000 {
            let siret = siret(&mut dice);
            assert!(is_siret(&siret) && siret.starts_with('0'), "{siret}");
        }
    }
}
