//! Who is asking, and what they hold.

use entity::value::{CallId, FundId, MembershipRole, OrganisationId, Role, UserId};
use uuid::Uuid;

use crate::{Error, Result};

/// Who is asking: a person with the roles and memberships they hold at this moment, or nobody, or the system itself.
#[derive(Clone, Debug)]
pub struct Actor {
    kind: Kind,
    /// The request this is part of; it goes into the audit trail.
    pub request_id: Uuid,
}

#[derive(Clone, Debug)]
enum Kind {
    Anonymous,
    /// The command line, run by whoever operates the server.
    System,
    User(Person),
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their account.
    pub id: UserId,
    /// Roles held now.
    pub grants: Vec<Grant>,
    /// Memberships held now.
    pub memberships: Vec<(OrganisationId, MembershipRole)>,
}

/// A role on a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
}

/// Roles that read what programmes do where they hold: files, decisions, awards, budgets.
pub const READERS: [Role; 5] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::CommitteeChair,
    Role::Auditor,
];

/// How far a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Platform,
    /// A fund and what is in it.
    Fund(FundId),
    /// A call and what is in it.
    Call(CallId),
}

/// Where an object sits, for comparing with a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not in any fund.
    Platform,
    /// In a fund, outside its calls.
    Fund(FundId),
    /// In a call of a fund.
    Call(FundId, CallId),
}

impl Scope {
    /// Whether a role on this scope reaches the place.
    #[must_use]
    pub fn covers(self, place: Place) -> bool {
        match (self, place) {
            (Self::Platform, _) => true,
            (Self::Fund(scope), Place::Fund(fund) | Place::Call(fund, _)) => scope == fund,
            (Self::Call(scope), Place::Call(_, call)) => scope == call,
            (Self::Fund(_), Place::Platform) | (Self::Call(_), Place::Platform | Place::Fund(_)) => false,
        }
    }
}

/// Every place where somebody holds one of some roles; queries start from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// Everywhere.
    All,
    /// In these funds and calls, and what is in them.
    Of {
        /// Funds, with all their calls.
        funds: Vec<FundId>,
        /// Calls on their own.
        calls: Vec<CallId>,
    },
}

impl Actor {
    /// Nobody in particular.
    #[must_use]
    pub fn anonymous(request_id: Uuid) -> Self {
        Self {
            kind: Kind::Anonymous,
            request_id,
        }
    }

    /// The command line. May do anything an administrator may.
    #[must_use]
    pub fn system() -> Self {
        Self {
            kind: Kind::System,
            request_id: Uuid::now_v7(),
        }
    }

    /// A signed-in person.
    #[must_use]
    pub fn person(person: Person, request_id: Uuid) -> Self {
        Self {
            kind: Kind::User(person),
            request_id,
        }
    }

    /// The account of a signed-in person.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.signed_in().map(|person| person.id)
    }

    /// The account of a signed-in person, or `UNAUTHENTICATED`.
    pub fn require_user(&self) -> Result<UserId> {
        self.user_id().ok_or(Error::Unauthenticated)
    }

    /// Roles held now.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        self.signed_in().map_or(&[], |person| &person.grants)
    }

    /// Organisations the person is a member of.
    #[must_use]
    pub fn organisations(&self) -> Vec<OrganisationId> {
        self.signed_in().map_or_else(Vec::new, |person| {
            person.memberships.iter().map(|(id, _)| *id).collect()
        })
    }

    /// What the person may do for an organisation.
    #[must_use]
    pub fn membership(&self, organisation: OrganisationId) -> Option<MembershipRole> {
        let memberships = &self.signed_in()?.memberships;
        memberships
            .iter()
            .find(|(id, _)| *id == organisation)
            .map(|(_, role)| *role)
    }

    /// Whether the actor holds one of the roles at a place.
    #[must_use]
    pub fn holds(&self, roles: &[Role], place: Place) -> bool {
        match &self.kind {
            Kind::Anonymous => false,
            Kind::System => roles.contains(&Role::Admin),
            Kind::User(person) => person
                .grants
                .iter()
                .any(|grant| roles.contains(&grant.role) && grant.scope.covers(place)),
        }
    }

    /// Every place where the actor holds one of the roles.
    #[must_use]
    pub fn places(&self, roles: &[Role]) -> Places {
        if self.holds(roles, Place::Platform) {
            return Places::All;
        }
        let (mut funds, mut calls) = (Vec::new(), Vec::new());
        for grant in self.grants().iter().filter(|grant| roles.contains(&grant.role)) {
            match grant.scope {
                Scope::Platform => return Places::All,
                Scope::Fund(id) => funds.push(id),
                Scope::Call(id) => calls.push(id),
            }
        }
        Places::Of { funds, calls }
    }

    /// Whether this is the command line.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self.kind, Kind::System)
    }

    fn signed_in(&self) -> Option<&Person> {
        match &self.kind {
            Kind::User(person) => Some(person),
            Kind::Anonymous | Kind::System => None,
        }
    }

    /// The error for someone who may see an object but not do this: sign in first, or never.
    #[must_use]
    pub fn denied(&self) -> Error {
        match self.kind {
            Kind::Anonymous => Error::Unauthenticated,
            Kind::System | Kind::User(_) => Error::Forbidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_is_inside_it_and_nothing_else() {
        let (fund, other_fund) = (FundId::new(), FundId::new());
        let (call, other_call) = (CallId::new(), CallId::new());
        let places = [
            Place::Platform,
            Place::Fund(fund),
            Place::Fund(other_fund),
            Place::Call(fund, call),
            Place::Call(fund, other_call),
            Place::Call(other_fund, other_call),
        ];
        let covered = |scope: Scope| places.map(|place| scope.covers(place));
        assert_eq!(covered(Scope::Platform), [true; 6]);
        assert_eq!(covered(Scope::Fund(fund)), [false, true, false, true, true, false]);
        assert_eq!(covered(Scope::Call(call)), [false, false, false, true, false, false]);
    }

    #[test]
    fn anonymous_holds_nothing_and_the_system_is_an_administrator_only() {
        let everywhere = Place::Platform;
        assert!(!Actor::anonymous(Uuid::nil()).holds(Role::ALL, everywhere));
        assert!(Actor::system().holds(&[Role::Admin], everywhere));
        assert!(!Actor::system().holds(&[Role::FinanceOfficer], everywhere));
    }
}
