//! Money: an amount in minor units of a currency. Never a float.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The largest amount a single operation accepts, in minor units: ten thousand billion euros.
///
/// Far above any public budget, and far enough below `i64::MAX` that no sum of accepted amounts overflows.
pub const LARGEST_MINOR: i64 = 1_000_000_000_000_000;

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency of an upper-case ISO 4217 code; `None` when there is none with a minor unit.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let currency = iso_currency::Currency::from_code(code)?;
        currency.exponent().map(|_| Self(currency))
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the currency has: 2 for EUR, 0 for JPY.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

/// An amount of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount, in minor units (cents for EUR).
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number written as `1234.56`.
    #[error("an amount is written as 1234.56")]
    Syntax,
    /// More decimals than the currency has.
    #[error("more decimals than the currency has")]
    Decimals,
    /// Beyond [`LARGEST_MINOR`].
    #[error("too large")]
    Range,
}

impl Money {
    /// An amount of minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal number such as `1234.5`, exactly.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let has_point = digits.contains('.');
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || (has_point && !is_number(fraction)) {
            return Err(AmountError::Syntax);
        }
        let decimals = currency.decimals();
        let significant = fraction.trim_end_matches('0');
        let missing = u32::try_from(significant.len())
            .ok()
            .and_then(|written| decimals.checked_sub(written))
            .ok_or(AmountError::Decimals)?;
        let minor = format!("{whole}{significant}")
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(10_i64.pow(missing)))
            .filter(|minor| *minor <= LARGEST_MINOR)
            .ok_or(AmountError::Range)?;
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }

    /// The amount as a decimal number with all the decimals of its currency, as `1234.50`.
    #[must_use]
    pub fn decimal(self) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let sign = if self.minor < 0 { "-" } else { "" };
        let magnitude = self.minor.unsigned_abs();
        if decimals == 0 {
            return format!("{sign}{magnitude}");
        }
        let width = usize::try_from(decimals).unwrap_or_default();
        format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency.code())
    }
}

/// An amount as a client wrote it, before its currency is compared with the fund's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// A decimal number, as `1234.56`. Two ways to write one number are the same to an idempotency key.
    #[serde(serialize_with = "canonical")]
    pub decimal: String,
    /// An ISO 4217 code.
    pub currency: String,
}

/// Writes a decimal number without the zeros that change nothing, and anything else as it is.
fn canonical<S: Serializer>(decimal: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || decimal.ends_with('.') {
        return serializer.serialize_str(decimal);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() {
        serializer.serialize_str(whole)
    } else {
        serializer.serialize_str(&format!("{whole}.{fraction}"))
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self {
            decimal: money.decimal(),
            currency: money.currency.code().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("a known currency")
    }

    #[test]
    fn amounts_are_read_exactly_and_written_back_with_every_decimal() {
        let eur = currency("EUR");
        for (text, minor, written) in [
            ("0", 0, "0.00"),
            ("1", 100, "1.00"),
            ("1.5", 150, "1.50"),
            ("68800000.00", 6_880_000_000, "68800000.00"),
            ("0.10000", 10, "0.10"),
            ("-12.34", -1234, "-12.34"),
            ("-0.05", -5, "-0.05"),
        ] {
            let money = Money::parse(text, eur).expect("an amount");
            assert_eq!((money.minor, money.decimal().as_str()), (minor, written), "{text}");
        }
        assert_eq!(Money::parse("500", currency("JPY")).map(|money| money.minor), Ok(500));
        assert_eq!(
            Money::parse("0.125", currency("KWD")).map(Money::decimal),
            Ok("0.125".to_owned())
        );
    }

    #[test]
    fn what_is_not_an_amount_is_refused_with_its_reason() {
        let eur = currency("EUR");
        for text in ["", ".", "1.", ".5", "1,5", "1e3", "+1", "--1", "1 000", "٣", "NaN"] {
            assert_eq!(Money::parse(text, eur), Err(AmountError::Syntax), "{text}");
        }
        assert_eq!(Money::parse("0.001", eur), Err(AmountError::Decimals));
        assert_eq!(Money::parse("1.5", currency("JPY")), Err(AmountError::Decimals));
        assert_eq!(Money::parse("10000000000000.01", eur), Err(AmountError::Range));
        assert_eq!(Money::parse("99999999999999999999", eur), Err(AmountError::Range));
    }

    #[test]
    fn only_real_currencies_with_a_minor_unit_exist() {
        assert!(Currency::from_code("EUR").is_some());
        assert!(Currency::from_code("eur").is_none());
        assert!(Currency::from_code("ZZZ").is_none());
        assert!(Currency::from_code("XAU").is_none(), "gold has no minor unit");
    }
}
