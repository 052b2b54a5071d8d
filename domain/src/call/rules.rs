//! What a valid call is, and when it takes applications.

use entity::call;
use entity::value::{CallStatus, Instant};

use crate::error::{Code, Reasons, Refusal};

/// Highest maximum of a criterion, in hundredths of a point.
const LARGEST_SCORE_CENTI: i32 = 100_000;

/// A criterion as its author describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCriterion {
    /// What is judged.
    pub title: String,
    /// Its weight against the others.
    pub weight: i32,
    /// Highest score, in hundredths of a point.
    pub maximum_centi: i32,
    /// Scores are multiples of this, in hundredths of a point.
    pub step_centi: i32,
    /// A lower score is eliminatory, in hundredths of a point.
    pub threshold_centi: Option<i32>,
}

impl NewCriterion {
    /// Adds what is wrong with the criterion at a place of the list.
    pub fn check(&self, index: usize, reasons: &mut Reasons) {
        let path = |field: &str| format!("criteria.{index}.{field}");
        reasons.text(&path("title"), &self.title, 300);
        reasons.require((1..=1_000).contains(&self.weight), || {
            Refusal::invalid(
                &path("weight"),
                "A weight is from 1 to 1000.",
                "Un poids va de 1 à 1000.",
            )
        });
        reasons.require((1..=LARGEST_SCORE_CENTI).contains(&self.maximum_centi), || {
            Refusal::invalid(
                &path("maximum"),
                "A scale goes up to 1000 at most.",
                "Un barème va jusqu'à 1000 au plus.",
            )
        });
        let steps = self.step_centi > 0 && self.maximum_centi % self.step_centi == 0;
        reasons.require(steps, || {
            Refusal::invalid(
                &path("step"),
                "The highest score must be a multiple of the step.",
                "La note maximale doit être un multiple du pas.",
            )
        });
        let within = self
            .threshold_centi
            .is_none_or(|threshold| (0..=self.maximum_centi).contains(&threshold));
        reasons.require(within, || {
            Refusal::invalid(
                &path("threshold"),
                "The threshold is off the scale.",
                "Le seuil est hors du barème.",
            )
        });
    }
}

/// The last instant of a call, grace included; `None` for a rolling call.
#[must_use]
pub fn deadline(call: &call::Model) -> Option<Instant> {
    call.closes_at
        .map(|closes_at| closes_at.plus_minutes(call.grace_minutes))
}

/// Whether a published call takes a submission at this instant.
pub fn accepts_submission(call: &call::Model, now: Instant) -> Result<(), Refusal> {
    if now < call.opens_at {
        return Err(Refusal::new(
            Code::NotYetOpen,
            "The call is not open yet.",
            "L'appel à projets n'est pas encore ouvert.",
        )
        .with_instant("opensAt", call.opens_at));
    }
    if let Some(deadline) = deadline(call).filter(|deadline| now >= *deadline) {
        let refusal = Refusal::new(
            Code::DeadlinePassed,
            "The deadline has passed.",
            "La date limite est passée.",
        );
        return Err(refusal.with_instant("deadline", deadline));
    }
    if call.status != CallStatus::Scheduled {
        let status = call.status.as_str();
        return Err(Refusal::state(
            "a call",
            "un appel à projets",
            status,
            "SUBMIT_APPLICATION",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion() -> NewCriterion {
        NewCriterion {
            title: "Impact".into(),
            weight: 1,
            maximum_centi: 2_000,
            step_centi: 50,
            threshold_centi: None,
        }
    }

    fn faults(criterion: &NewCriterion) -> Vec<String> {
        let mut reasons = Reasons::none();
        criterion.check(3, &mut reasons);
        match reasons.finish() {
            Err(crate::Error::Refused(refusals)) => refusals.iter().map(|refusal| refusal.field.join(".")).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_fault_of_a_criterion_is_named_at_once_with_its_place() {
        assert!(faults(&criterion()).is_empty());
        let wrong = NewCriterion {
            title: " ".into(),
            weight: 0,
            step_centi: 30,
            threshold_centi: Some(2_001),
            ..criterion()
        };
        assert_eq!(
            faults(&wrong),
            [
                "criteria.3.title",
                "criteria.3.weight",
                "criteria.3.step",
                "criteria.3.threshold"
            ]
        );
    }
}
