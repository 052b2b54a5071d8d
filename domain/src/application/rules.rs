//! What a draft may hold, and what a submission must.

use entity::{application, call};

use crate::error::{Reasons, Refusal};
use crate::fund::rules::not_negative;
use crate::money::{Amount, Currency, Money};

/// What applicants write. A draft may be incomplete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Title of the project.
    pub title: String,
    /// The project in a paragraph.
    pub summary: String,
    /// Total cost of the project.
    pub cost: Amount,
    /// Amount requested from the fund.
    pub requested: Amount,
}

/// The content of a draft once checked; amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Title of the project.
    pub title: String,
    /// The project in a paragraph.
    pub summary: String,
    /// Total cost of the project.
    pub cost_minor: i64,
    /// Amount requested from the fund.
    pub requested_minor: i64,
}

impl Content {
    /// Checks what can be wrong even in a draft: lengths, amounts, currency.
    pub fn check(&self, currency: Currency, reasons: &mut Reasons) -> Checked {
        Checked {
            title: reasons.text("title", &self.title, 300),
            summary: reasons.optional_text("summary", &self.summary, 5_000),
            cost_minor: reasons
                .keep(not_negative("cost", &self.cost, currency))
                .unwrap_or_default(),
            requested_minor: reasons
                .keep(not_negative("requested", &self.requested, currency))
                .unwrap_or_default(),
        }
    }
}

/// Everything that keeps an application from being submitted to its call, dates aside.
#[must_use]
pub fn missing(application: &application::Model, call: &call::Model, currency: Currency) -> Vec<Refusal> {
    let mut missing = Vec::new();
    if application.summary.is_empty() {
        missing.push(Refusal::invalid(
            "summary",
            "The summary is missing.",
            "Le résumé manque.",
        ));
    }
    if application.cost_minor == 0 {
        missing.push(Refusal::invalid(
            "cost",
            "The cost of the project is missing.",
            "Le coût du projet manque.",
        ));
    }
    let requested = application.requested_minor;
    if requested == 0 {
        missing.push(Refusal::invalid(
            "requested",
            "The amount requested is missing.",
            "Le montant demandé manque.",
        ));
    }
    let bound = |minor: i64| Money::new(minor, currency);
    if let Some(minimum) = call
        .minimum_grant_minor
        .filter(|minimum| requested > 0 && requested < *minimum)
    {
        let limit = bound(minimum);
        let (en, fr) = (
            format!("Request at least {limit}."),
            format!("Demandez au moins {limit}."),
        );
        missing.push(Refusal::invalid("requested", en, fr).with_money("minimum", limit));
    }
    if let Some(maximum) = call.maximum_grant_minor.filter(|maximum| requested > *maximum) {
        let limit = bound(maximum);
        let (en, fr) = (
            format!("Request at most {limit}."),
            format!("Demandez au plus {limit}."),
        );
        missing.push(Refusal::invalid("requested", en, fr).with_money("maximum", limit));
    }
    let limit = highest_request(application.cost_minor, call.maximum_rate_bp);
    if application.cost_minor > 0 && requested > limit {
        let limit = bound(limit);
        let (en, fr) = (
            format!("The call funds at most {limit} of a project of this cost."),
            format!("L'appel à projets finance au plus {limit} d'un projet de ce coût."),
        );
        missing.push(Refusal::invalid("requested", en, fr).with_money("maximum", limit));
    }
    missing
}

/// The most that may be requested for a cost at a rate in basis points, in minor units, rounded down.
#[must_use]
pub fn highest_request(cost_minor: i64, rate_bp: i32) -> i64 {
    let exact = i128::from(cost_minor) * i128::from(rate_bp) / 10_000;
    i64::try_from(exact).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_taken_exactly_and_rounded_down() {
        assert_eq!(highest_request(10_000, 5_000), 5_000);
        assert_eq!(highest_request(999, 3_333), 332);
        assert_eq!(highest_request(i64::MAX, 10_000), i64::MAX);
        assert_eq!(highest_request(1, 9_999), 0);
    }
}
