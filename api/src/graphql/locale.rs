//! The language of messages for people.

/// A language that Octroi speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English; also for those who ask for neither.
    #[default]
    En,
    /// French.
    Fr,
}

impl Locale {
    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4): the highest weight, then the first named.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (0, Self::default());
        for range in accept_language.split(',') {
            let (tag, weight) = weighted(range);
            let primary = tag.split('-').next().unwrap_or_default();
            let locale = match primary.to_ascii_lowercase().as_str() {
                "fr" => Self::Fr,
                "en" | "*" => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, locale);
            }
        }
        best.1
    }
}

/// Splits `value;q=0.5` into the value and its weight in thousandths. A malformed weight counts as none at all.
pub(crate) fn weighted(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let value = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (value, weight.map_or(1000, |weight| thousandths(weight).unwrap_or(0)))
}

/// Reads `0.25` as 250. A weight is from 0 to 1 with at most three decimals.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" => (thousandths == 0).then_some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_weight_is_spoken() {
        for (header, locale) in [
            ("", Locale::En),
            ("fr", Locale::Fr),
            ("FR-ca", Locale::Fr),
            ("de", Locale::En),
            ("de, fr;q=0.1", Locale::Fr),
            ("en;q=0.4, fr;q=0.5", Locale::Fr),
            ("fr;q=0.4, en;q=0.5", Locale::En),
            ("fr, en", Locale::Fr),
            ("en, fr", Locale::En),
            ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", Locale::Fr),
            ("*, fr;q=0.5", Locale::En),
            ("fr;q=0", Locale::En),
            ("fr;q=2", Locale::En),
            ("fr;q=.5", Locale::En),
            (";;;,,,=", Locale::En),
        ] {
            assert_eq!(Locale::negotiate(header), locale, "{header}");
        }
    }

    #[test]
    fn weights_are_read_to_the_thousandth() {
        for (range, weight) in [
            ("a", 1000),
            ("a;q=1.000", 1000),
            ("a; q=0.25", 250),
            ("a;q=1.5", 0),
            ("a;q=é", 0),
        ] {
            assert_eq!(weighted(range), ("a", weight), "{range}");
        }
    }
}
