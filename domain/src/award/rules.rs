//! What a valid schedule of instalments is.

use entity::value::{InstalmentKind, InstalmentStatus};
use time::Date;

use crate::error::{Error, Reasons, Refusal};
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

/// An instalment, with what was done of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it stands.
    pub status: InstalmentStatus,
    /// Its amount, in minor units.
    pub amount_minor: i64,
    /// What was paid of it, in minor units.
    pub paid_minor: i64,
    /// What is ordered of it and not confirmed, in minor units.
    pub ordered_minor: i64,
}

/// Lowers a schedule by an amount, in minor units, from its end. What was paid or ordered stays; an instalment of which
/// nothing is left is cancelled, or paid if that was its all. An error when the schedule does not hold as much.
pub fn shorten(schedule: &[Planned], amount_minor: i64) -> Result<Vec<Planned>, Error> {
    let mut left = amount_minor;
    let mut shortened: Vec<Planned> = schedule
        .iter()
        .rev()
        .map(|instalment| {
            let (after, taken) = shorten_one(*instalment, left);
            left -= taken;
            after
        })
        .collect();
    shortened.reverse();
    if left == 0 {
        Ok(shortened)
    } else {
        Err(Error::internal(
            "a schedule holds less than its award has left to order",
        ))
    }
}

fn shorten_one(mut instalment: Planned, most: i64) -> (Planned, i64) {
    use InstalmentStatus::{Cancelled, Paid, Requested, Scheduled};
    let kept = instalment.paid_minor + instalment.ordered_minor;
    let taken = match instalment.status {
        Scheduled | Requested => Ord::min(most, instalment.amount_minor - kept),
        Paid | Cancelled => 0,
    };
    if taken == 0 {
        return (instalment, 0);
    }
    if taken == instalment.amount_minor {
        // Its amount stays, to say what was cancelled.
        instalment.status = Cancelled;
        return (instalment, taken);
    }
    instalment.amount_minor -= taken;
    if instalment.amount_minor == instalment.paid_minor {
        instalment.status = Paid;
    }
    (instalment, taken)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn planned(status: InstalmentStatus, amount_minor: i64, paid_minor: i64, ordered_minor: i64) -> Planned {
        Planned {
            status,
            amount_minor,
            paid_minor,
            ordered_minor,
        }
    }

    #[test]
    fn a_schedule_is_shortened_from_its_end_and_keeps_what_was_paid_or_ordered() {
        use InstalmentStatus::{Cancelled, Paid, Requested, Scheduled};
        let schedule = [
            planned(Paid, 100, 100, 0),
            planned(Scheduled, 200, 50, 0),
            planned(Requested, 300, 0, 120),
            planned(Scheduled, 400, 0, 0),
        ];
        let after = |amount| shorten(&schedule, amount).expect("it holds as much");
        assert_eq!(after(150)[3], planned(Scheduled, 250, 0, 0));
        assert_eq!(after(400)[3], planned(Cancelled, 400, 0, 0));
        assert_eq!(after(500)[2], planned(Requested, 200, 0, 120));
        let all = after(400 + 180 + 150);
        assert_eq!(all[2], planned(Requested, 120, 0, 120));
        assert_eq!(all[1], planned(Paid, 50, 50, 0));
        assert_eq!(all[0], schedule[0]);
        assert!(shorten(&schedule, 400 + 180 + 151).is_err());
    }

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
