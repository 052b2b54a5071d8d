//! Who evaluates, who decides, and who may read what evaluators wrote.
//!
//! Nobody tied to an application has any of these powers over it, whatever their role; see
//! [`crate::application::policy`].

use entity::value::{OrganisationId, Role};

use crate::actor::{Actor, Place, Places};
use crate::application::policy::{is_tied, may_handle};

/// Roles that may be given an application to evaluate.
pub const EVALUATORS: [Role; 2] = [Role::CommitteeMember, Role::CommitteeChair];
/// Roles that read every submitted assessment and every decision where they hold.
const READERS: [Role; 4] = [Role::Admin, Role::ProgrammeManager, Role::CommitteeChair, Role::Auditor];
/// Roles that read every decision where they hold.
const DECISION_READERS: [Role; 5] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::CommitteeChair,
    Role::Auditor,
];

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

/// Where the actor reads every submitted assessment.
#[must_use]
pub fn assessments_read(actor: &Actor) -> Places {
    actor.places(&READERS)
}

/// Where the actor sits on a committee.
#[must_use]
pub fn committees(actor: &Actor) -> Places {
    actor.places(&EVALUATORS)
}

/// Where the actor reads every decision, notified or not.
#[must_use]
pub fn decisions_read(actor: &Actor) -> Places {
    actor.places(&DECISION_READERS)
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, FundId, MembershipRole, UserId};
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
