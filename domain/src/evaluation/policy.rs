//! Who evaluates, who decides, and who may read what evaluators wrote.
//!
//! Nobody tied to an application has any of these powers over it, whatever their role; see
//! [`crate::application::policy`].

use entity::assessment;
use entity::value::{AssessmentStatus, OrganisationId, Role};

use crate::actor::{Actor, Place, Places, READERS};
use crate::application::policy::{is_tied, may_handle};

/// Roles that may be given an application to evaluate.
pub const EVALUATORS: [Role; 2] = [Role::CommitteeMember, Role::CommitteeChair];
/// Roles that follow the assessments where they hold: who was given what, how far they are, and what they submitted.
const FOLLOWERS: [Role; 4] = [Role::Admin, Role::ProgrammeManager, Role::CommitteeChair, Role::Auditor];

/// Whether the actor may give an application to an evaluator.
#[must_use]
pub fn may_assign(actor: &Actor, place: Place, organisations: &[OrganisationId]) -> bool {
    may_handle(
        actor,
        &[Role::ProgrammeManager, Role::CommitteeChair],
        place,
        organisations,
    )
}

/// Whether somebody may be given an application: they sit on the committee and are not tied to the applicant.
#[must_use]
pub fn eligibility(evaluator: &Actor, place: Place, organisations: &[OrganisationId]) -> Eligibility {
    if !evaluator.holds(&EVALUATORS, place) {
        Eligibility::NotOnTheCommittee
    } else if is_tied(evaluator, organisations) {
        Eligibility::Tied
    } else {
        Eligibility::Eligible
    }
}

/// Whether somebody may evaluate an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// Yes.
    Eligible,
    /// They hold no committee role on the call.
    NotOnTheCommittee,
    /// They belong to an organisation of the application.
    Tied,
}

/// Whether the actor may propose a decision on an application, and notify it.
#[must_use]
pub fn may_propose(actor: &Actor, place: Place, organisations: &[OrganisationId]) -> bool {
    may_handle(actor, &[Role::ProgrammeManager], place, organisations)
}

/// Whether the actor may adopt a decision on an application: the committee's chair.
#[must_use]
pub fn may_adopt(actor: &Actor, place: Place, organisations: &[OrganisationId]) -> bool {
    may_handle(actor, &[Role::CommitteeChair], place, organisations)
}

/// Where the actor follows the assessments.
#[must_use]
pub fn assessments_followed(actor: &Actor) -> Places {
    actor.places(&FOLLOWERS)
}

/// Whether the actor may read the scores and comments of an assessment that they see: their own always, somebody else's
/// once it is submitted, and not while the actor has still to judge the same application, chair included.
#[must_use]
pub fn may_read(actor: &Actor, assessment: &assessment::Model, still_to_judge: bool) -> bool {
    let own = actor.user_id() == Some(assessment.evaluator_id);
    own || (assessment.status == AssessmentStatus::Submitted && !still_to_judge)
}

/// Where the actor sits on a committee.
#[must_use]
pub fn committees(actor: &Actor) -> Places {
    actor.places(&EVALUATORS)
}

/// Where the actor reads every decision, notified or not.
#[must_use]
pub fn decisions_read(actor: &Actor) -> Places {
    actor.places(&READERS)
}

#[cfg(test)]
mod tests {
    use entity::value::{ApplicationId, AssessmentId, CallId, FundId, Instant, MembershipRole, SubmissionId, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::actor::{Grant, Person, Scope};

    fn member(role: Role, call: CallId, memberships: Vec<(OrganisationId, MembershipRole)>) -> Actor {
        let grants = vec![Grant {
            role,
            scope: Scope::Call(call),
        }];
        Actor::person(
            Person {
                id: UserId::new(),
                grants,
                memberships,
            },
            Uuid::nil(),
        )
    }

    #[test]
    fn an_evaluator_sits_on_the_committee_and_belongs_to_no_organisation_of_the_file() {
        let (fund, call, organisation) = (FundId::new(), CallId::new(), OrganisationId::new());
        let place = Place::Call(fund, call);
        for role in Role::ALL {
            let free = member(*role, call, Vec::new());
            let tied = member(*role, call, vec![(organisation, MembershipRole::Viewer)]);
            let sits = EVALUATORS.contains(role);
            let expected = if sits {
                Eligibility::Eligible
            } else {
                Eligibility::NotOnTheCommittee
            };
            assert_eq!(eligibility(&free, place, &[organisation]), expected, "{role}");
            let expected = if sits {
                Eligibility::Tied
            } else {
                Eligibility::NotOnTheCommittee
            };
            assert_eq!(
                eligibility(&tied, place, &[OrganisationId::new(), organisation]),
                expected,
                "{role}"
            );
        }
    }

    #[test]
    fn a_tied_chair_neither_assigns_nor_adopts() {
        let (fund, call, organisation) = (FundId::new(), CallId::new(), OrganisationId::new());
        let chair = member(Role::CommitteeChair, call, vec![(organisation, MembershipRole::Owner)]);
        let place = Place::Call(fund, call);
        assert!(may_assign(&chair, place, &[]) && may_adopt(&chair, place, &[]));
        assert!(!may_assign(&chair, place, &[organisation]) && !may_adopt(&chair, place, &[organisation]));
    }

    #[test]
    fn nobody_reads_anothers_assessment_before_it_is_submitted_nor_before_having_judged() {
        let call = CallId::new();
        let (chair, evaluator) = (member(Role::CommitteeChair, call, Vec::new()), UserId::new());
        let assessment = |status, evaluator_id| assessment::Model {
            id: AssessmentId::new(),
            application_id: ApplicationId::new(),
            call_id: call,
            submission_id: SubmissionId::new(),
            evaluator_id,
            status,
            comment: String::new(),
            total_centi: None,
            assigned_by: evaluator_id,
            assigned_at: Instant(0),
            submitted_at: None,
            illustrative: None,
        };
        for status in AssessmentStatus::ALL {
            let submitted = *status == AssessmentStatus::Submitted;
            assert_eq!(
                may_read(&chair, &assessment(*status, evaluator), false),
                submitted,
                "{status}"
            );
            assert!(!may_read(&chair, &assessment(*status, evaluator), true), "{status}");
            let own = chair.user_id().expect("a person");
            assert!(may_read(&chair, &assessment(*status, own), true), "{status}");
        }
    }

    #[test]
    fn who_proposes_is_not_who_adopts() {
        let (fund, call) = (FundId::new(), CallId::new());
        for role in Role::ALL {
            let actor = member(*role, call, Vec::new());
            let place = Place::Call(fund, call);
            assert!(
                !(may_propose(&actor, place, &[]) && may_adopt(&actor, place, &[])),
                "{role}"
            );
        }
    }
}
