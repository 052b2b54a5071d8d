//! Who may set up a fund, move its money and see its budget.

use entity::fund;
use entity::value::{FundId, FundStatus, Role};

use crate::actor::{Actor, Place, Places, READERS};

/// Roles that read the journals of funds where they hold.
const JOURNAL_READERS: [Role; 4] = [Role::Admin, Role::ProgrammeManager, Role::FinanceOfficer, Role::Auditor];

/// Whether the actor may create a fund.
#[must_use]
pub fn may_create(actor: &Actor) -> bool {
    actor.holds(&[Role::Admin], Place::Platform)
}

/// Whether the actor may set up programmes in a fund.
#[must_use]
pub fn may_set_up(actor: &Actor, fund: FundId) -> bool {
    actor.holds(&[Role::Admin, Role::ProgrammeManager], Place::Fund(fund))
}

/// Whether the actor may open, cut and allocate a fund's envelope.
#[must_use]
pub fn may_move_money(actor: &Actor, fund: FundId) -> bool {
    actor.holds(&[Role::FinanceOfficer], Place::Fund(fund))
}

/// Whether the actor may read the journal of a fund: its transfers and its accounts.
#[must_use]
pub fn may_read_journal(actor: &Actor, fund: FundId) -> bool {
    actor.holds(&JOURNAL_READERS, Place::Fund(fund))
}

/// Where the actor may read journals: everywhere, or those of some funds.
#[must_use]
pub fn journals_read(actor: &Actor) -> Places {
    actor.places(&JOURNAL_READERS)
}

/// Whether the actor may have the whole ledger of a fund verified.
#[must_use]
pub fn may_verify(actor: &Actor, fund: FundId) -> bool {
    actor.holds(&[Role::Auditor], Place::Fund(fund))
}

/// Whether the actor may see a fund: anybody once it is open, its staff before.
#[must_use]
pub fn may_see(actor: &Actor, fund: &fund::Model) -> bool {
    fund.status != FundStatus::Draft || actor.holds(Role::ALL, Place::Fund(fund.id))
}

/// Where the actor sees funds in preparation, beside the public ones: wherever they hold a role.
#[must_use]
pub fn drafts_seen(actor: &Actor) -> Places {
    actor.places(Role::ALL)
}

/// Whether the actor may see the budget of what sits at a place.
#[must_use]
pub fn may_see_budget(actor: &Actor, place: Place) -> bool {
    actor.holds(&READERS, place)
}

/// Where the actor sees budgets.
#[must_use]
pub fn budgets_seen(actor: &Actor) -> Places {
    actor.places(&READERS)
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, UserId};
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
    fn only_a_finance_officer_of_the_fund_moves_its_money() {
        let (fund, other) = (FundId::new(), FundId::new());
        for role in Role::ALL {
            let officer = *role == Role::FinanceOfficer;
            assert_eq!(
                may_move_money(&holder(*role, Scope::Fund(fund)), fund),
                officer,
                "{role}"
            );
            assert!(!may_move_money(&holder(*role, Scope::Fund(other)), fund), "{role}");
        }
    }

    #[test]
    fn a_committee_member_sees_no_budget_and_a_chair_only_their_calls() {
        let (fund, call) = (FundId::new(), CallId::new());
        let place = Place::Call(fund, call);
        assert!(!may_see_budget(
            &holder(Role::CommitteeMember, Scope::Call(call)),
            place
        ));
        assert!(may_see_budget(&holder(Role::CommitteeChair, Scope::Call(call)), place));
        assert!(!may_see_budget(
            &holder(Role::CommitteeChair, Scope::Call(call)),
            Place::Fund(fund)
        ));
        assert!(!may_see_budget(&Actor::anonymous(Uuid::nil()), place));
    }
}
