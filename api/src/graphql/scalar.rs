//! The scalars of the contract, and money.
//!
//! `is_valid` is as strict as `parse`: what it refuses is refused before anything runs, with the place in the document.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use domain::money::Amount;
use entity::value::Instant;
use time::format_description::{BorrowedFormatItem, well_known::Rfc3339};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

const ISO_DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Implements a scalar that is written as a string, from a function that reads it and one that writes it.
macro_rules! string_scalar {
    ($(#[$doc:meta])* $name:ident($inner:ty) $([$($attribute:tt)+])?, $read:expr, $write:expr $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        $(#[$doc])*
        #[Scalar($($($attribute)+)?)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let read: fn(&str) -> Option<$inner> = $read;
                match &value {
                    Value::String(text) => read(text).map(Self),
                    _ => None,
                }
                .ok_or_else(|| InputValueError::expected_type(value))
            }

            fn is_valid(value: &Value) -> bool {
                let read: fn(&str) -> Option<$inner> = $read;
                matches!(value, Value::String(text) if read(text).is_some())
            }

            fn to_value(&self) -> Value {
                let write: fn(&$inner) -> String = $write;
                Value::String(write(&self.0))
            }
        }
    };
}

string_scalar! {
    /// A decimal number, exact, written as a string with a point: `"1234.56"`. Never a floating-point number.
    Decimal(String),
    |text| Some(text.to_owned()),
    String::clone
}

string_scalar! {
    /// A whole number of up to 63 bits and a sign, written as a string: `"123456"`. `Int` stops at 2 147 483 647.
    BigInt(i64),
    |text| text.parse().ok(),
    i64::to_string
}

string_scalar! {
    /// An ISO 4217 currency code: `"EUR"`.
    Currency(String) [specified_by_url = "https://www.iso.org/iso-4217-currency-codes.html"],
    |text| Some(text.to_owned()),
    String::clone
}

string_scalar! {
    /// A calendar day, ISO 8601: `"2026-06-30"`.
    Date(time::Date) [specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"],
    // The length refuses a sign, which the format lets pass.
    |text| time::Date::parse(text, ISO_DATE).ok().filter(|_| text.len() == 10),
    |date| date.format(ISO_DATE).unwrap_or_default()
}

string_scalar! {
    /// An instant, RFC 3339: `"2026-06-30T12:00:00Z"`. Any offset is accepted; answers are in UTC, to the microsecond.
    DateTime(Instant) [specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"],
    |text| {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        at.checked_to_offset(UtcOffset::UTC).map(Instant::from)
    },
    |instant| instant.utc().format(&Rfc3339).unwrap_or_default()
}

/// An amount of money. Exact: neither form is ever a floating-point number.
#[derive(Clone, Debug, SimpleObject)]
pub struct Money {
    /// The amount in the currency's unit, with all its decimals: `"1234.50"` for 1 234.50 EUR.
    amount: Decimal,
    /// The amount in the currency's smallest unit: `"123450"` for 1 234.50 EUR.
    minor_units: BigInt,
    /// The currency.
    currency: Currency,
}

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        Self {
            amount: Decimal(money.decimal()),
            minor_units: BigInt(money.minor),
            currency: Currency(money.currency.code().to_owned()),
        }
    }
}

/// An amount of money, as a client writes it.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount in the currency's unit, with no more decimals than the currency has: `"1234.5"`.
    pub amount: Decimal,
    /// The currency; it must be the fund's.
    pub currency: Currency,
}

impl From<MoneyInput> for Amount {
    fn from(input: MoneyInput) -> Self {
        Self {
            decimal: input.amount.0,
            currency: input.currency.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    #[test]
    fn instants_are_read_with_any_offset_and_written_in_utc() {
        let read = DateTime::parse(text("2018-06-20T10:00:00.25+02:00")).expect("an instant");
        assert_eq!(read.to_value(), text("2018-06-20T08:00:00.25Z"));
        for wrong in [
            "2018-06-20",
            "2018-06-20T10:00:00",
            "2018-02-30T10:00:00Z",
            "9999-12-31T23:59:59-01:00",
            "yesterday",
            "",
        ] {
            assert!(!DateTime::is_valid(&text(wrong)), "{wrong}");
        }
    }

    #[test]
    fn days_are_days_of_the_calendar() {
        let read = Date::parse(text("2028-02-29")).expect("a day");
        assert_eq!(read.to_value(), text("2028-02-29"));
        for wrong in [
            "2026-02-29",
            "2026-2-1",
            "29/02/2028",
            "2028-02-29T00:00:00Z",
            "-2028-02-29",
        ] {
            assert!(!Date::is_valid(&text(wrong)), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_strings_and_nothing_else() {
        assert_eq!(
            BigInt::parse(text("-9223372036854775808")).expect("a number").0,
            i64::MIN
        );
        for wrong in ["9223372036854775808", "1.0", "1e3", "", " 1"] {
            assert!(!BigInt::is_valid(&text(wrong)), "{wrong}");
        }
        assert!(!BigInt::is_valid(&Value::from(1)));
        assert!(
            !Decimal::is_valid(&Value::from(1.5)),
            "a float has lost digits before it gets here"
        );
    }
}
