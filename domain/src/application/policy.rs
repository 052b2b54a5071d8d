//! Who may see an application, and who may act on it.
//!
//! The organisations of an application see it from its first draft. Staff see it once submitted, wherever their role
//! reaches, and evaluators when it is assigned to them: unless they belong to one of its organisations, in which case
//! they see it as members and hold no other power over it.

use entity::application;
use entity::value::{OrganisationId, Role};

use crate::actor::{Actor, Place, Places, READERS};
use crate::identity::policy::may_act_for;

/// What an actor may see of applications, before a query narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Applications led or joined by these, in any state.
    pub organisations: Vec<OrganisationId>,
    /// Submitted applications of these places, unless tied to the organisations.
    pub staff: Places,
    /// Applications of these places that are assigned to the actor, unless tied to the organisations.
    pub committee: Places,
}

/// What an actor may see of applications.
#[must_use]
pub fn reach(actor: &Actor) -> Reach {
    Reach {
        organisations: actor.organisations(),
        staff: actor.places(&READERS),
        committee: actor.places(&[Role::CommitteeMember, Role::CommitteeChair]),
    }
}

/// Where an application sits.
#[must_use]
pub fn place(application: &application::Model) -> Place {
    Place::Call(application.fund_id, application.call_id)
}

/// Whether the actor may draft, submit and withdraw an application: an owner or editor of its lead organisation.
#[must_use]
pub fn may_edit(actor: &Actor, application: &application::Model) -> bool {
    may_act_for(actor, application.organisation_id)
}

/// Whether the actor belongs to one of the organisations of an application.
#[must_use]
pub fn is_tied(actor: &Actor, organisations: &[OrganisationId]) -> bool {
    organisations
        .iter()
        .any(|organisation| actor.membership(*organisation).is_some())
}

/// Whether the actor may act on an application by one of the roles: they hold it there, and are not tied.
#[must_use]
pub fn may_handle(actor: &Actor, roles: &[Role], place: Place, organisations: &[OrganisationId]) -> bool {
    actor.holds(roles, place) && !is_tied(actor, organisations)
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, FundId, MembershipRole, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::actor::{Grant, Person, Scope};

    #[test]
    fn a_member_of_an_applying_organisation_handles_its_application_by_no_role_at_all() {
        let (fund, call, organisation) = (FundId::new(), CallId::new(), OrganisationId::new());
        for role in Role::ALL {
            let person = |memberships| Person {
                id: UserId::new(),
                grants: vec![Grant {
                    role: *role,
                    scope: Scope::Platform,
                }],
                memberships,
            };
            let free = Actor::person(person(Vec::new()), Uuid::nil());
            let tied = Actor::person(person(vec![(organisation, MembershipRole::Viewer)]), Uuid::nil());
            let place = Place::Call(fund, call);
            assert!(may_handle(&free, &[*role], place, &[organisation]), "{role}");
            assert!(!may_handle(&tied, &[*role], place, &[organisation]), "{role}");
            assert!(may_handle(&tied, &[*role], place, &[OrganisationId::new()]), "{role}");
        }
    }

    #[test]
    fn a_committee_member_reaches_only_what_is_assigned_in_their_call() {
        let call = CallId::new();
        let grants = vec![Grant {
            role: Role::CommitteeMember,
            scope: Scope::Call(call),
        }];
        let member = Actor::person(
            Person {
                id: UserId::new(),
                grants,
                memberships: Vec::new(),
            },
            Uuid::nil(),
        );
        let reach = reach(&member);
        assert_eq!(
            reach.staff,
            Places::Of {
                funds: Vec::new(),
                calls: Vec::new()
            }
        );
        assert_eq!(
            reach.committee,
            Places::Of {
                funds: Vec::new(),
                calls: vec![call]
            }
        );
    }
}
