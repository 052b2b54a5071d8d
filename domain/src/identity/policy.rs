//! Who may grant roles, and who may see whom.

use entity::value::{MembershipRole, OrganisationId, Role, UserId};

use crate::actor::{Actor, Place, READERS};

/// Whether the actor may grant or revoke a role at a place.
///
/// An administrator may grant any role where they are one; a programme manager appoints the committees of their calls.
#[must_use]
pub fn may_grant(actor: &Actor, role: Role, place: Place) -> bool {
    let appoints_committee = matches!(role, Role::CommitteeChair | Role::CommitteeMember)
        && matches!(place, Place::Call(..))
        && actor.holds(&[Role::ProgrammeManager], place);
    appoints_committee || actor.holds(&[Role::Admin], place)
}

/// Whether the actor holds a role that shows them everybody: staff address people by name.
#[must_use]
pub fn may_see_everybody(actor: &Actor) -> bool {
    actor.holds(&READERS, Place::Platform) || actor.grants().iter().any(|grant| READERS.contains(&grant.role))
}

/// Whether the actor may see the roles of a person: their own, or anybody's for administrators and auditors.
#[must_use]
pub fn may_see_roles(actor: &Actor, of: UserId) -> bool {
    actor.user_id() == Some(of) || actor.holds(&[Role::Admin, Role::Auditor], Place::Platform)
}

/// Whether the actor may draft, submit and request payment for an organisation.
#[must_use]
pub fn may_act_for(actor: &Actor, organisation: OrganisationId) -> bool {
    matches!(
        actor.membership(organisation),
        Some(MembershipRole::Owner | MembershipRole::Editor)
    )
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, FundId};
    use uuid::Uuid;

    use super::*;
    use crate::actor::{Grant, Person, Scope};

    fn holder(role: Role, scope: Scope) -> Actor {
        let grants = vec![Grant { role, scope }];
        Actor::person(
            Person {
                id: UserId::new(),
                grants,
                memberships: Vec::new(),
            },
            Uuid::nil(),
        )
    }

    #[test]
    fn a_programme_manager_appoints_committees_of_their_fund_and_grants_nothing_else() {
        let (fund, other) = (FundId::new(), FundId::new());
        let call = CallId::new();
        let manager = holder(Role::ProgrammeManager, Scope::Fund(fund));
        for role in Role::ALL {
            let committee = matches!(role, Role::CommitteeChair | Role::CommitteeMember);
            assert_eq!(may_grant(&manager, *role, Place::Call(fund, call)), committee, "{role}");
            assert!(!may_grant(&manager, *role, Place::Call(other, call)), "{role}");
            assert!(!may_grant(&manager, *role, Place::Fund(fund)), "{role}");
            assert!(!may_grant(&manager, *role, Place::Platform), "{role}");
        }
    }

    #[test]
    fn an_administrator_of_a_fund_grants_any_role_in_it_and_none_outside() {
        let fund = FundId::new();
        let admin = holder(Role::Admin, Scope::Fund(fund));
        for role in Role::ALL {
            assert!(may_grant(&admin, *role, Place::Fund(fund)));
            assert!(!may_grant(&admin, *role, Place::Platform));
        }
    }

    #[test]
    fn roles_that_do_not_grant_grant_nothing() {
        for role in [
            Role::FinanceOfficer,
            Role::CommitteeChair,
            Role::CommitteeMember,
            Role::Auditor,
        ] {
            let actor = holder(role, Scope::Platform);
            for granted in Role::ALL {
                assert!(
                    !may_grant(&actor, *granted, Place::Call(FundId::new(), CallId::new())),
                    "{role} {granted}"
                );
            }
        }
    }
}
