//! Who may do what, and who knows of what.

use entity::value::{DecisionStatus, FundStatus, Role};

use super::verdict::{FORBIDDEN, NOT_FOUND, Refused};
use super::{Auditor, Award, Fund};

/// Roles that see every decision and award where they hold, unless they are tied to the applicant.
pub const STAFF: [Role; 5] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::CommitteeChair,
    Role::Auditor,
];

impl Auditor {
    /// Whether somebody holds one of the roles in a fund.
    pub fn holds(&self, who: usize, roles: &[Role], fund: usize) -> bool {
        let mut held = self.people[who].roles.iter();
        held.any(|(role, scope)| roles.contains(role) && scope.is_none_or(|scope| scope == fund))
    }

    /// Whether somebody is one of an organisation.
    pub fn is_tied(&self, who: usize, organisation: usize) -> bool {
        self.people[who].organisation == Some(organisation)
    }

    /// A fund whose money somebody moves: its finance officers. Everybody knows of a fund that was opened, and its
    /// staff of one in preparation.
    pub fn fund_to_move(&self, who: usize, fund: usize) -> Result<&Fund, Refused> {
        let found = self.funds.get(fund).ok_or(NOT_FOUND)?;
        if found.status == FundStatus::Draft && !self.holds(who, Role::ALL, fund) {
            return Err(NOT_FOUND.into());
        }
        if self.holds(who, &[Role::FinanceOfficer], fund) {
            Ok(found)
        } else {
            Err(FORBIDDEN.into())
        }
    }

    /// Refuses whoever may not know of a decision: staff who are not tied know of all, applicants of those they were
    /// told.
    pub fn check_known(&self, who: usize, decision: usize) -> Result<(), Refused> {
        let found = self.decisions.get(decision).ok_or(NOT_FOUND)?;
        let known = if self.is_tied(who, found.organisation) {
            self.decisions.status(decision) == DecisionStatus::Notified
        } else {
            self.holds(who, &STAFF, self.fund_of_call(found.call))
        };
        if known { Ok(()) } else { Err(NOT_FOUND.into()) }
    }

    /// Refuses whoever does not handle what follows from a decision by one of the roles; nobody handles their own.
    pub fn check_handles(&self, who: usize, decision: usize, roles: &[Role]) -> Result<(), Refused> {
        self.check_known(who, decision)?;
        let found = self.decisions.item(decision);
        let handles = self.holds(who, roles, self.fund_of_call(found.call)) && !self.is_tied(who, found.organisation);
        if handles { Ok(()) } else { Err(FORBIDDEN.into()) }
    }

    /// The same, for an award.
    pub fn award_to_handle(&self, who: usize, award: usize, roles: &[Role]) -> Result<&Award, Refused> {
        let found = self.awards.get(award).ok_or(NOT_FOUND)?;
        self.check_handles(who, found.decision, roles)?;
        Ok(found)
    }

    /// Whether an application of somebody's organisation waits in a call to be told the decision.
    pub fn awaits_decision(&self, who: usize, call: usize) -> bool {
        let own = self.calls[call].decisions.iter().copied().filter(|decision| {
            let found = self.decisions.item(*decision);
            self.is_tied(who, found.organisation) && !found.withdrawn
        });
        let mut statuses = own.map(|decision| self.decisions.status(decision));
        statuses.any(|status| status != DecisionStatus::Notified)
    }
}
