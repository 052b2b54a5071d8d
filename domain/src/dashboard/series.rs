//! Budgets over time, by the days that transfers count for.
//!
//! What a transfer changed counts from its effective day on, whenever it was recorded: a decision of December that was
//! recorded in January is part of December. What was known at an instant is another question, which
//! [`budget`](super::queries::budget) answers.

use entity::budget_day;
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use time::{Date, Month};
use uuid::Uuid;

use super::budget::Budget;
use super::queries::{Node, authorise, of_fund};
use crate::fund::ledger::Balances;
use crate::fund::rules::{day, known_currency};
use crate::{Actor, Database, Refusal, Result};

/// Most points of a series: every day of a year, every month of a generation.
const MOST_POINTS: usize = 400;

/// How far the points of a series are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// At the end of every day.
    Day,
    /// At the end of every calendar month.
    Month,
    /// At the end of every calendar year.
    Year,
}

/// A budget at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub on: Date,
    /// The budget that the transfers which count for this day or an earlier one make.
    pub budget: Budget,
}

/// The budget of a node at the end of each interval from one day to another; the last point is on the last day itself,
/// or today if that is still to come. For whoever may see the budget now.
///
/// One statement, which reads a row for every day with a transfer, whatever their number.
pub async fn series(
    db: &Database,
    actor: &Actor,
    node: Node,
    (from, to): (Date, Date),
    interval: Interval,
) -> Result<Vec<Point>> {
    let fund = of_fund(db, authorise(db, actor, node).await?).await?;
    let currency = known_currency(&fund)?;
    let today = day(&fund, db.clock().now())?;
    // Asked for as a whole, so that the same request is not refused on another day.
    ends(from, to, interval)?;
    if from > today {
        return Ok(Vec::new());
    }
    let ends = ends(from, Ord::min(to, today), interval)?;
    let changes = changes(node.id(), from, to);
    let changes = budget_day::Model::find_by_statement(db.reader.get_database_backend().build(&changes));
    let mut changes = changes.all(&db.reader).await?;
    changes.sort_by_key(|day| day.effective_on);
    let mut changes = changes.iter().peekable();
    let mut balances = Balances::default();
    let points = ends.into_iter().map(|on| {
        while let Some(change) = changes.next_if(|day| day.effective_on <= on) {
            balances = balances.plus(&Balances::from(change));
        }
        let budget = Budget::of(node.kind(), balances, currency);
        Point { on, budget }
    });
    Ok(points.collect())
}

/// By how much each day changed the balances under a node, with all the days before the first one as one.
pub(super) fn changes(node: Uuid, from: Date, to: Date) -> SelectStatement {
    use budget_day::Column::{EffectiveOn, NodeId};
    let balances = budget_day::Column::iter().filter(|column| !matches!(column, NodeId | EffectiveOn));
    let mut before = Query::select();
    before
        .column(NodeId)
        .expr_as(Expr::col(EffectiveOn).max(), EffectiveOn)
        .from(budget_day::Entity)
        .and_where(NodeId.eq(node))
        .and_where(EffectiveOn.lt(from))
        .group_by_col(NodeId);
    for balance in balances {
        // The sum of big integers is a decimal on PostgreSQL.
        before.expr_as(Expr::col(balance).sum().cast_as("bigint"), balance);
    }
    let each = Query::select()
        .columns(budget_day::Column::iter())
        .from(budget_day::Entity)
        .and_where(NodeId.eq(node))
        .and_where(EffectiveOn.between(from, to))
        .to_owned();
    before.union(UnionType::All, each).to_owned()
}

/// How many points a series has at most, for what it costs; one that would be refused has none.
#[must_use]
pub fn points(from: Date, to: Date, interval: Interval) -> usize {
    ends(from, to, interval).map_or(0, |ends| ends.len())
}

/// The last days of the intervals that a span of days touches, cut at its own last day.
fn ends(from: Date, to: Date, interval: Interval) -> Result<Vec<Date>, Refusal> {
    let refuse = |en: &str, fr: &str| Err(Refusal::invalid("to", en, fr));
    if from > to {
        return refuse(
            "The last day is before the first.",
            "Le dernier jour est avant le premier.",
        );
    }
    let mut ends = Vec::new();
    let mut next = Some(from);
    while let Some(first) = next.filter(|day| *day <= to) {
        if ends.len() == MOST_POINTS {
            return refuse(
                "That is more than 400 points: ask for fewer days, or a longer interval.",
                "Cela fait plus de 400 points : demandez moins de jours, ou un intervalle plus long.",
            );
        }
        let last = match interval {
            Interval::Day => first,
            Interval::Month => last_of(first.month(), first),
            Interval::Year => last_of(Month::December, first),
        };
        let last = Ord::min(last, to);
        ends.push(last);
        next = last.next_day();
    }
    Ok(ends)
}

/// The last day of a month of the year of a day.
fn last_of(month: Month, day: Date) -> Date {
    let year = day.year();
    Date::from_calendar_date(year, month, month.length(year)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_point_stands_at_the_end_of_each_interval_and_on_the_last_day() {
        let (from, to) = (date!(2024 - 01 - 30), date!(2024 - 03 - 02));
        let months = ends(from, to, Interval::Month).expect("months");
        assert_eq!(
            months,
            [date!(2024 - 01 - 31), date!(2024 - 02 - 29), date!(2024 - 03 - 02)]
        );
        let days = ends(from, to, Interval::Day).expect("days");
        assert_eq!((days.len(), days.first(), days.last()), (33, Some(&from), Some(&to)));
        let years = ends(date!(2023 - 12 - 31), to, Interval::Year).expect("years");
        assert_eq!(years, [date!(2023 - 12 - 31), to]);
        assert_eq!(ends(to, to, Interval::Year).expect("one day"), [to]);
    }

    #[test]
    fn a_series_has_a_last_day_that_is_not_before_its_first_and_at_most_400_points() {
        let from = date!(2024 - 01 - 01);
        assert!(ends(from, date!(2023 - 12 - 31), Interval::Day).is_err());
        assert_eq!(
            ends(from, date!(2025 - 02 - 03), Interval::Day).expect("days").len(),
            400
        );
        assert!(ends(from, date!(2025 - 02 - 04), Interval::Day).is_err());
        assert!(ends(Date::MIN, Date::MAX, Interval::Year).is_err());
        assert_eq!(
            ends(date!(9999 - 12 - 30), Date::MAX, Interval::Day)
                .expect("the last days")
                .len(),
            2
        );
    }
}
