//! What a valid fund, programme and amount are.

use entity::fund;
use entity::value::Instant;
use jiff::{Timestamp, tz::TimeZone};
use time::{Date, Month};

use crate::error::{Code, Error, Refusal};
use crate::money::{Amount, Currency, Money};

/// A code such as `FTAP-2018-2`: 2 to 40 capital letters, digits and inner hyphens.
pub fn code(value: &str) -> Result<String, Refusal> {
    let code = value.trim();
    let characters = code
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    let inner_hyphens = !code.starts_with('-') && !code.ends_with('-');
    if characters && inner_hyphens && (2..=40).contains(&code.len()) {
        return Ok(code.to_owned());
    }
    Err(Refusal::invalid(
        "code",
        "A code has 2 to 40 capital letters, digits and hyphens, as FTAP-2018.",
        "Un code a de 2 à 40 lettres capitales, chiffres et traits d'union, comme FTAP-2018.",
    ))
}

/// The currency of an ISO 4217 code.
pub fn currency(value: &str) -> Result<Currency, Refusal> {
    Currency::from_code(value).ok_or_else(|| {
        Refusal::invalid(
            "currency",
            "Give the ISO 4217 code of a currency, as EUR.",
            "Donnez le code ISO 4217 d'une devise, comme EUR.",
        )
    })
}

/// The currency of a fund that exists.
pub fn known_currency(fund: &fund::Model) -> Result<Currency, Error> {
    Currency::from_code(&fund.currency).ok_or_else(|| Error::internal("a fund has an unknown currency"))
}

/// The IANA time zone in which a fund's days begin.
pub fn time_zone(value: &str) -> Result<String, Refusal> {
    TimeZone::get(value).map(|_| value.to_owned()).map_err(|_| {
        Refusal::invalid(
            "timeZone",
            "Give the name of an IANA time zone, as Europe/Paris.",
            "Donnez le nom d'un fuseau horaire IANA, comme Europe/Paris.",
        )
    })
}

/// The day it is for a fund at an instant: its fiscal year is the day's calendar year.
pub fn day(fund: &fund::Model, at: Instant) -> Result<Date, Error> {
    let zone = TimeZone::get(&fund.time_zone).map_err(Error::internal)?;
    let local = Timestamp::from_microsecond(at.0)
        .map_err(Error::internal)?
        .to_zoned(zone);
    let month = u8::try_from(local.month())
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(local.day()).ok();
    let (month, day) = month
        .zip(day)
        .ok_or_else(|| Error::internal("a day outside the calendar"))?;
    Date::from_calendar_date(i32::from(local.year()), month, day).map_err(Error::internal)
}

/// A fiscal year for which payment credits can be opened.
pub fn fiscal_year(path: &str, year: i32) -> Result<i32, Refusal> {
    if (1900..=9999).contains(&year) {
        return Ok(year);
    }
    Err(Refusal::invalid(
        path,
        "Give a year from 1900 to 9999.",
        "Donnez une année de 1900 à 9999.",
    ))
}

/// An amount above zero in the fund's currency, in minor units.
pub fn positive(path: &str, amount: &Amount, currency: Currency) -> Result<i64, Refusal> {
    let minor = not_negative(path, amount, currency)?;
    if minor == 0 {
        return Err(Refusal::invalid(
            path,
            "The amount must be above zero.",
            "Le montant doit être supérieur à zéro.",
        ));
    }
    Ok(minor)
}

/// An amount of zero or more in the fund's currency, in minor units.
pub fn not_negative(path: &str, amount: &Amount, currency: Currency) -> Result<i64, Refusal> {
    if amount.currency != currency.code() {
        let expected = currency.code();
        return Err(Refusal::new(
            Code::CurrencyMismatch,
            format!("Amounts of this fund are in {expected}."),
            format!("Les montants de ce fonds sont en {expected}."),
        )
        .at(path)
        .with("expected", expected));
    }
    let money = Money::parse(&amount.decimal, currency).map_err(|error| Refusal::amount(path, error))?;
    if money.minor < 0 {
        return Err(Refusal::invalid(
            path,
            "The amount is negative.",
            "Le montant est négatif.",
        ));
    }
    Ok(money.minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(decimal: &str, currency: &str) -> Amount {
        Amount {
            decimal: decimal.into(),
            currency: currency.into(),
        }
    }

    #[test]
    fn amounts_are_above_zero_and_in_the_currency_of_the_fund() {
        let eur = Currency::from_code("EUR").expect("a currency");
        assert_eq!(positive("amount", &amount("12.30", "EUR"), eur), Ok(1230));
        for (decimal, code) in [
            ("0", "EUR"),
            ("-1", "EUR"),
            ("0.001", "EUR"),
            ("1", "USD"),
            ("one", "EUR"),
        ] {
            let refusal = positive("amount", &amount(decimal, code), eur).expect_err(decimal);
            assert_eq!(refusal.field, ["amount"]);
            let expected = if code == "USD" {
                Code::CurrencyMismatch
            } else {
                Code::Validation
            };
            assert_eq!(refusal.code, expected);
        }
        assert_eq!(not_negative("amount", &amount("0", "EUR"), eur), Ok(0));
    }

    #[test]
    fn codes_are_short_capitals() {
        assert_eq!(code(" FTAP-2018-2 ").as_deref(), Ok("FTAP-2018-2"));
        for value in ["", "F", "ftap", "FTAP_1", "-FTAP", "FTAP-", "É1"] {
            assert!(code(value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_time_zone_is_one_of_the_iana_database() {
        assert!(time_zone("Europe/Paris").is_ok());
        assert!(time_zone("Indian/Reunion").is_ok());
        assert!(time_zone("Europe/Atlantis").is_err());
        assert!(time_zone("").is_err());
    }
}
