//! Who signs, claims, certifies, approves and pays; never the same person for two steps that check each other.

use entity::value::{OrganisationId, Role, UserId};

use crate::actor::{Actor, Place, Places, READERS};
use crate::application::policy::may_handle;
use crate::error::{Code, Refusal};
use crate::identity::policy::may_act_for;

/// Where the actor sees every award.
#[must_use]
pub fn awards_read(actor: &Actor) -> Places {
    actor.places(&READERS)
}

/// Whether the actor may record the agreement of an award, and certify that the service was done.
#[must_use]
pub fn may_follow(actor: &Actor, place: Place, organisations: &[OrganisationId]) -> bool {
    may_handle(actor, &[Role::ProgrammeManager], place, organisations)
}

/// Whether the actor may approve, order and settle payments.
#[must_use]
pub fn may_pay(actor: &Actor, place: Place, organisations: &[OrganisationId]) -> bool {
    may_handle(actor, &[Role::FinanceOfficer], place, organisations)
}

/// Whether the actor may claim a payment for the beneficiary.
#[must_use]
pub fn may_claim(actor: &Actor, beneficiary: OrganisationId) -> bool {
    may_act_for(actor, beneficiary)
}

/// Refuses a step to whoever took the step it checks.
pub fn check_separation(actor: UserId, previous: Option<UserId>) -> Result<(), Refusal> {
    if previous != Some(actor) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::SeparationOfDuties,
        "You took the step before this one; another person must take this one.",
        "Vous avez fait l'étape précédente ; une autre personne doit faire celle-ci.",
    ))
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, FundId};
    use uuid::Uuid;

    use super::*;
    use crate::actor::{Grant, Person, Scope};

    #[test]
    fn managers_follow_and_officers_pay_and_nobody_does_both_by_one_role() {
        let place = Place::Call(FundId::new(), CallId::new());
        for role in Role::ALL {
            let grants = vec![Grant {
                role: *role,
                scope: Scope::Platform,
            }];
            let actor = Actor::person(
                Person {
                    id: UserId::new(),
                    grants,
                    memberships: Vec::new(),
                },
                Uuid::nil(),
            );
            assert_eq!(
                may_follow(&actor, place, &[]),
                *role == Role::ProgrammeManager,
                "{role}"
            );
            assert_eq!(may_pay(&actor, place, &[]), *role == Role::FinanceOfficer, "{role}");
            assert!(!may_claim(&actor, OrganisationId::new()), "{role}");
        }
    }

    #[test]
    fn whoever_took_a_step_does_not_take_the_one_that_checks_it() {
        let (first, second) = (UserId::new(), UserId::new());
        assert!(check_separation(second, Some(first)).is_ok());
        assert!(check_separation(second, None).is_ok());
        let refusal = check_separation(first, Some(first)).expect_err("refused");
        assert_eq!(refusal.code, Code::SeparationOfDuties);
    }
}
