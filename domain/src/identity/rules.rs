//! What a valid account and a valid organisation are.

use email_address::{EmailAddress, Options};
use entity::value::IdentifierScheme;

use crate::error::{Code, Reasons, Refusal};
use crate::text;

/// Shortest password, in characters. Source: NIST SP 800-63B-4, 3.1.1.2, for a password used alone.
pub const SHORTEST_PASSWORD: usize = 15;
/// Longest password, in characters. The same source asks for at least 64.
pub const LONGEST_PASSWORD: usize = 128;

/// The e-mail address, lower-cased, or why it is not one.
pub fn email(value: &str) -> Result<String, Refusal> {
    let email = value.trim().to_lowercase();
    let bare = Options::default().without_display_text().without_domain_literal();
    if EmailAddress::parse_with_options(&email, bare).is_ok() && email.len() <= 254 && text::may_be_kept(&email) {
        Ok(email)
    } else {
        Err(Refusal::invalid(
            "email",
            "Give an e-mail address, such as ada@example.org.",
            "Donnez une adresse électronique, par exemple ada@example.org.",
        ))
    }
}

/// Whether a password may be chosen: its length only, no rule of composition.
pub fn password(value: &str) -> Result<(), Refusal> {
    if (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&value.chars().count()) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "password",
        format!("Choose a password of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a sentence does well."),
        format!(
            "Choisissez un mot de passe de {SHORTEST_PASSWORD} à {LONGEST_PASSWORD} caractères ; une phrase convient."
        ),
    )
    .with("minimum", SHORTEST_PASSWORD)
    .with("maximum", LONGEST_PASSWORD))
}

/// The name others see: 1 to 100 characters.
pub fn display_name(value: &str, reasons: &mut Reasons) -> String {
    reasons.text("displayName", value, 100)
}

/// The refusal of a sign-in: the same whether the account exists or not.
#[must_use]
pub fn invalid_credentials() -> Refusal {
    Refusal::new(
        Code::InvalidCredentials,
        "The e-mail address or the password is wrong.",
        "L'adresse électronique ou le mot de passe est erroné.",
    )
}

/// An organisation's identifier without its spaces, or why it cannot be one of that register.
pub fn identifier(scheme: IdentifierScheme, value: &str) -> Result<String, Refusal> {
    let compact: String = value.chars().filter(|character| !character.is_whitespace()).collect();
    let valid = match scheme {
        IdentifierScheme::FrSiret => is_siret(&compact),
        IdentifierScheme::FrRna => is_rna(&compact),
        IdentifierScheme::Other => (1..=64).contains(&compact.chars().count()) && text::may_be_kept(&compact),
    };
    if valid {
        return Ok(compact);
    }
    let (en, fr) = match scheme {
        IdentifierScheme::FrSiret => (
            "A SIRET has 14 digits and this one's check digits are wrong or missing.",
            "Un SIRET a 14 chiffres ; les chiffres de contrôle de celui-ci manquent ou sont faux.",
        ),
        IdentifierScheme::FrRna => (
            "An RNA number is W followed by nine digits.",
            "Un numéro RNA est un W suivi de neuf chiffres.",
        ),
        IdentifierScheme::Other => (
            "Give an identifier of 1 to 64 characters.",
            "Donnez un identifiant de 1 à 64 caractères.",
        ),
    };
    Err(Refusal::invalid("identifier", en, fr))
}

/// La Poste, whose establishments outgrew the Luhn formula.
const LA_POSTE: &str = "356000000";

/// Whether 14 digits are a SIRET: the SIREN they begin with and the whole both pass the Luhn check.
///
/// Source: INSEE, « Le numéro SIRET ». For establishments of La Poste (SIREN 356 000 000) the sum of the digits being
/// a multiple of 5 also does.
#[must_use]
pub fn is_siret(value: &str) -> bool {
    let Some(digits) = digits(value, 14) else { return false };
    let siren = digits.get(..9).unwrap_or_default();
    let la_poste = value.starts_with(LA_POSTE) && digits.iter().sum::<u32>().is_multiple_of(5);
    luhn(siren) && (luhn(&digits) || la_poste)
}

/// Whether this is a number of the French register of associations. Source: arrêté du 14 octobre 2009 (RNA).
fn is_rna(value: &str) -> bool {
    value
        .strip_prefix('W')
        .is_some_and(|number| digits(number, 9).is_some())
}

fn digits(value: &str, count: usize) -> Option<Vec<u32>> {
    let digits: Vec<u32> = value
        .chars()
        .map(|character| character.to_digit(10))
        .collect::<Option<_>>()?;
    (digits.len() == count).then_some(digits)
}

/// The Luhn check. Source: ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_sirets_pass_and_one_wrong_digit_fails() {
        for siret in ["73282932000074", "44306184100047", "20003452800014"] {
            assert!(is_siret(siret), "{siret}");
            for place in 0..14 {
                let mut wrong = siret.as_bytes().to_vec();
                wrong[place] = b'0' + (wrong[place] - b'0' + 1) % 10;
                assert!(
                    !is_siret(std::str::from_utf8(&wrong).expect("digits")),
                    "{siret} at {place}"
                );
            }
        }
    }

    #[test]
    fn establishments_of_la_poste_pass_by_luhn_or_by_the_sum_of_their_digits() {
        assert!(is_siret("35600000000048"), "the head office passes by Luhn");
        assert!(is_siret("35600000009075"), "an office passes by its sum");
        assert!(!is_siret("35600000009076"));
        assert!(!is_siret("73282932000079"), "the sum of the digits excuses nobody else");
    }

    #[test]
    fn what_is_not_14_digits_is_no_siret() {
        for value in [
            "",
            "7328293200007",
            "732829320000740",
            "7328293200007A",
            "٧٣٢٨٢٩٣٢٠٠٠٠٧٤",
        ] {
            assert!(!is_siret(value), "{value}");
        }
    }

    #[test]
    fn identifiers_are_kept_without_their_spaces() {
        assert_eq!(
            identifier(IdentifierScheme::FrSiret, "732 829 320 00074").as_deref(),
            Ok("73282932000074")
        );
        assert_eq!(
            identifier(IdentifierScheme::FrRna, "W751234567").as_deref(),
            Ok("W751234567")
        );
        assert!(identifier(IdentifierScheme::FrRna, "751234567").is_err());
        assert!(identifier(IdentifierScheme::Other, " ").is_err());
    }

    #[test]
    fn an_email_is_lower_cased_and_must_look_like_one() {
        assert_eq!(email(" Ada@Example.ORG ").as_deref(), Ok("ada@example.org"));
        for value in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada example@x.org",
            "ada <ada@example.org>",
            "ada@[127.0.0.1]",
        ] {
            assert!(email(value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_password_is_judged_by_its_length_alone() {
        assert!(password("fifteen letters").is_ok());
        assert!(password("fourteen chars").is_err());
        assert!(password(&"é".repeat(128)).is_ok());
        assert!(password(&"é".repeat(129)).is_err());
    }
}
