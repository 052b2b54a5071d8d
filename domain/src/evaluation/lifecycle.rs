//! The states of assessments and decisions.

use entity::value::{AssessmentStatus, DecisionStatus};

use crate::error::Refusal;

/// What happens to an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentEvent {
    /// The evaluator saves it.
    Save,
    /// The evaluator submits it; it is frozen.
    Submit,
    /// The evaluator refuses it.
    Decline,
}

impl AssessmentEvent {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Save, Self::Submit, Self::Decline];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: AssessmentStatus) -> Result<AssessmentStatus, Refusal> {
        use AssessmentStatus::{Assigned, Declined, Draft, Submitted};
        match (self, status) {
            (Self::Save, Assigned | Draft) => Ok(Draft),
            (Self::Submit, Draft) => Ok(Submitted),
            (Self::Decline, Assigned | Draft) => Ok(Declined),
            (Self::Submit, Assigned) | (Self::Save | Self::Submit | Self::Decline, Submitted | Declined) => Err(
                Refusal::state("an assessment", "une évaluation", status.as_str(), self.name()),
            ),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Save => "SAVE",
            Self::Submit => "SUBMIT",
            Self::Decline => "DECLINE",
        }
    }
}

/// What happens to a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionEvent {
    /// It is adopted; its amount is reserved.
    Adopt,
    /// The applicant is told.
    Notify,
}

impl DecisionEvent {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Adopt, Self::Notify];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: DecisionStatus) -> Result<DecisionStatus, Refusal> {
        use DecisionStatus::{Adopted, Notified, Proposed};
        match (self, status) {
            (Self::Adopt, Proposed) => Ok(Adopted),
            (Self::Notify, Adopted) => Ok(Notified),
            (Self::Adopt, Adopted | Notified) | (Self::Notify, Proposed | Notified) => Err(Refusal::state(
                "a decision",
                "une décision",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Adopt => "ADOPT",
            Self::Notify => "NOTIFY",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_an_assessment_in_every_state() {
        use AssessmentStatus::{Assigned, Declined, Draft, Submitted};
        assert_eq!(AssessmentStatus::ALL, [Assigned, Draft, Submitted, Declined]);
        let row = |event: AssessmentEvent| {
            AssessmentStatus::ALL
                .iter()
                .map(|s| event.apply(*s).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(row(AssessmentEvent::Save), [Some(Draft), Some(Draft), None, None]);
        assert_eq!(row(AssessmentEvent::Submit), [None, Some(Submitted), None, None]);
        assert_eq!(
            row(AssessmentEvent::Decline),
            [Some(Declined), Some(Declined), None, None]
        );
    }

    #[test]
    fn a_decision_is_adopted_once_and_then_notified_once() {
        use DecisionStatus::{Adopted, Notified, Proposed};
        assert_eq!(DecisionStatus::ALL, [Proposed, Adopted, Notified]);
        let row = |event: DecisionEvent| {
            DecisionStatus::ALL
                .iter()
                .map(|s| event.apply(*s).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(row(DecisionEvent::Adopt), [Some(Adopted), None, None]);
        assert_eq!(row(DecisionEvent::Notify), [None, Some(Notified), None]);
    }
}
