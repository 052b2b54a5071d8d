//! What a valid schedule of instalments is.

use entity::value::InstalmentKind;
use time::Date;

use crate::error::{Reasons, Refusal};
use crate::fund::rules::positive;
use crate::money::{Amount, Currency, Money};

/// Most instalments of an award.
const MOST_INSTALMENTS: usize = 60;

/// An instalment as the agreement sets it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NewInstalment {
    /// Why it is due.
    pub kind: InstalmentKind,
    /// Its amount.
    pub amount: Amount,
    /// What must be true before it is paid.
    pub condition: String,
    /// When it is expected to be paid.
    pub due_on: Date,
}

/// The amounts of a schedule in minor units. They must add up to the award, in the order of their dates.
pub fn check_schedule(
    instalments: &[NewInstalment],
    award_minor: i64,
    currency: Currency,
    reasons: &mut Reasons,
) -> Vec<i64> {
    reasons.require((1..=MOST_INSTALMENTS).contains(&instalments.len()), || {
        Refusal::invalid(
            "instalments",
            format!("Give 1 to {MOST_INSTALMENTS} instalments."),
            format!("Donnez de 1 à {MOST_INSTALMENTS} échéances."),
        )
    });
    let mut amounts = Vec::with_capacity(instalments.len());
    for (index, instalment) in instalments.iter().enumerate() {
        let path = format!("instalments.{index}.amount");
        amounts.push(
            reasons
                .keep(positive(&path, &instalment.amount, currency))
                .unwrap_or_default(),
        );
        reasons.optional_text(&format!("instalments.{index}.condition"), &instalment.condition, 1_000);
    }
    reasons.require(instalments.is_sorted_by_key(|instalment| instalment.due_on), || {
        Refusal::invalid(
            "instalments",
            "Give the instalments by date.",
            "Donnez les échéances par date.",
        )
    });
    let total: i128 = amounts.iter().copied().map(i128::from).sum();
    reasons.require(total == i128::from(award_minor), || {
        let award = Money::new(award_minor, currency);
        let total = Money::new(i64::try_from(total).unwrap_or(i64::MAX), currency);
        Refusal::invalid(
            "instalments",
            format!("The instalments add up to {total}, the award is {award}."),
            format!("Les échéances totalisent {total}, l'attribution est de {award}."),
        )
        .with_money("expected", award)
        .with_money("total", total)
    });
    amounts
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn instalment(decimal: &str, due_on: Date) -> NewInstalment {
        let amount = Amount {
            decimal: decimal.into(),
            currency: "EUR".into(),
        };
        NewInstalment {
            kind: InstalmentKind::Advance,
            amount,
            condition: String::new(),
            due_on,
        }
    }

    fn check(instalments: &[NewInstalment], award_minor: i64) -> Result<Vec<i64>, usize> {
        let eur = Currency::from_code("EUR").expect("a currency");
        let mut reasons = Reasons::none();
        let amounts = check_schedule(instalments, award_minor, eur, &mut reasons);
        match reasons.finish() {
            Err(crate::Error::Refused(refusals)) => Err(refusals.len()),
            _ => Ok(amounts),
        }
    }

    #[test]
    fn instalments_add_up_to_the_award_to_the_cent_and_follow_their_dates() {
        let (first, second) = (date!(2019 - 01 - 15), date!(2020 - 01 - 15));
        assert_eq!(
            check(&[instalment("0.33", first), instalment("0.67", second)], 100),
            Ok(vec![33, 67])
        );
        assert_eq!(
            check(&[instalment("0.33", first), instalment("0.66", second)], 100),
            Err(1)
        );
        assert_eq!(
            check(&[instalment("0.33", second), instalment("0.67", first)], 100),
            Err(1)
        );
        assert_eq!(check(&[], 100), Err(2));
        assert_eq!(
            check(&[instalment("0", first), instalment("1.00", second)], 100),
            Err(1)
        );
    }
}
