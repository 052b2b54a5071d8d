//! Who works for the programmes: the sample accounts, and the roles they are given.

use domain::actor::Scope;
use domain::identity::commands::{CreateAdmin, GrantRole};
use domain::{Actor, Error, Result};
use entity::value::{CallId, FundId, Role, UserId};

use super::stage::Stage;

/// The password of every account of a demonstration.
pub(super) const PASSWORD: &str = "octroi demonstration";

/// What somebody does for the programmes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Grants roles and sets up funds.
    Admin,
    /// Runs the calls.
    Manager,
    /// Approves payments.
    Finance,
    /// Orders and confirms them.
    Treasurer,
    /// Runs the committees.
    Chair,
    /// Evaluates.
    Member,
    /// Reads everything.
    Auditor,
    /// Applies.
    Applicant,
}

/// A sample account.
pub(super) struct Account {
    part: Part,
    /// E-mail address.
    pub(super) email: &'static str,
    name: &'static str,
    /// What it is for, in a line.
    pub(super) does: &'static str,
}

/// The sample accounts, the most looked for first.
pub(super) const ACCOUNTS: [Account; 12] = [
    account(
        Part::Applicant,
        "applicant@demo.octroi.example",
        "Ondine Bellerive",
        "OWNER of an organisation; applies to FTAP-DEMO, holds an award of FTAP-2018-2",
    ),
    account(
        Part::Member,
        "member@demo.octroi.example",
        "Tancrède Noisetier",
        "COMMITTEE_MEMBER; has applications of FTAP-DEMO-EVAL to assess",
    ),
    account(
        Part::Chair,
        "chair@demo.octroi.example",
        "Solange Hautbois",
        "COMMITTEE_CHAIR; adopts decisions",
    ),
    account(
        Part::Manager,
        "manager@demo.octroi.example",
        "Gaspard Fontclaire",
        "PROGRAMME_MANAGER; runs calls, proposes decisions, certifies payments",
    ),
    account(
        Part::Finance,
        "finance@demo.octroi.example",
        "Mahaut Grandpré",
        "FINANCE_OFFICER; moves the envelope, approves payments",
    ),
    account(
        Part::Treasurer,
        "treasurer@demo.octroi.example",
        "Anselme Ruisselet",
        "FINANCE_OFFICER; orders and confirms payments that another approved",
    ),
    account(
        Part::Auditor,
        "auditor@demo.octroi.example",
        "Blanche Joncheray",
        "AUDITOR; reads everything: the account for dashboards",
    ),
    account(
        Part::Admin,
        "admin@demo.octroi.example",
        "Philibert Dubocage",
        "ADMIN; grants roles, sets up funds",
    ),
    account(
        Part::Member,
        "member2@demo.octroi.example",
        "Ysé Charmille",
        "COMMITTEE_MEMBER",
    ),
    account(
        Part::Member,
        "member3@demo.octroi.example",
        "Joachim Vertbois",
        "COMMITTEE_MEMBER",
    ),
    account(
        Part::Member,
        "member4@demo.octroi.example",
        "Margot Sablonnet",
        "COMMITTEE_MEMBER",
    ),
    account(
        Part::Member,
        "member5@demo.octroi.example",
        "Ulysse Pommeraie",
        "COMMITTEE_MEMBER",
    ),
];

const fn account(part: Part, email: &'static str, name: &'static str, does: &'static str) -> Account {
    Account {
        part,
        email,
        name,
        does,
    }
}

/// The people who hold the sample accounts.
pub(super) struct Cast {
    admin: Actor,
    people: Vec<(Part, UserId)>,
}

/// Those who run a fund.
pub(super) struct Team {
    /// Its programme manager.
    pub(super) manager: Actor,
    /// The finance officer who moves the envelope and approves payments.
    pub(super) finance: Actor,
    /// The finance officer who orders and confirms them.
    pub(super) treasurer: Actor,
}

/// Those who evaluate a call.
pub(super) struct Committee {
    /// Who chairs it.
    pub(super) chair: Actor,
    /// Its members, the sample committee member first.
    pub(super) members: Vec<Actor>,
}

impl Cast {
    /// Opens the accounts.
    pub(super) async fn open(stage: &Stage) -> Result<Self> {
        let mut people = Vec::with_capacity(ACCOUNTS.len());
        for account in &ACCOUNTS {
            let id = if account.part == Part::Admin {
                let command = CreateAdmin {
                    email: account.email.to_owned(),
                    display_name: account.name.to_owned(),
                    password_hash: stage.password_hash(),
                };
                stage.run(&Actor::system(), &command).await?
            } else {
                stage.register(account.email, account.name).await?
            };
            people.push((account.part, id));
        }
        let admin = stage.actor(first(&people, Part::Admin)?).await?;
        let cast = Self { admin, people };
        cast.grant(stage, Part::Auditor, Role::Auditor, Scope::Platform).await?;
        Ok(cast)
    }

    /// Who creates funds and grants roles.
    pub(super) fn admin(&self) -> &Actor {
        &self.admin
    }

    /// The sample applicant.
    pub(super) fn applicant(&self) -> Result<UserId> {
        first(&self.people, Part::Applicant)
    }

    /// Gives a fund its team.
    pub(super) async fn appoint(&self, stage: &Stage, fund: FundId) -> Result<Team> {
        let scope = Scope::Fund(fund);
        self.grant(stage, Part::Manager, Role::ProgrammeManager, scope).await?;
        self.grant(stage, Part::Finance, Role::FinanceOfficer, scope).await?;
        self.grant(stage, Part::Treasurer, Role::FinanceOfficer, scope).await?;
        Ok(Team {
            manager: stage.actor(first(&self.people, Part::Manager)?).await?,
            finance: stage.actor(first(&self.people, Part::Finance)?).await?,
            treasurer: stage.actor(first(&self.people, Part::Treasurer)?).await?,
        })
    }

    /// Gives a call its committee.
    pub(super) async fn seat(&self, stage: &Stage, call: CallId) -> Result<Committee> {
        let scope = Scope::Call(call);
        self.grant(stage, Part::Chair, Role::CommitteeChair, scope).await?;
        self.grant(stage, Part::Member, Role::CommitteeMember, scope).await?;
        let mut members = Vec::new();
        for id in all(&self.people, Part::Member) {
            members.push(stage.actor(id).await?);
        }
        Ok(Committee {
            chair: stage.actor(first(&self.people, Part::Chair)?).await?,
            members,
        })
    }

    /// Grants a role to everybody who has a part.
    async fn grant(&self, stage: &Stage, part: Part, role: Role, scope: Scope) -> Result<()> {
        for user_id in all(&self.people, part) {
            let command = GrantRole {
                user_id,
                role,
                scope,
                ends_at: None,
            };
            stage.run(&self.admin, &command).await?;
        }
        Ok(())
    }
}

fn all(people: &[(Part, UserId)], wanted: Part) -> impl Iterator<Item = UserId> {
    people
        .iter()
        .filter(move |(part, _)| *part == wanted)
        .map(|(_, id)| *id)
}

fn first(people: &[(Part, UserId)], part: Part) -> Result<UserId> {
    let found = all(people, part).next();
    found.ok_or_else(|| Error::internal("the demonstration lacks one of its people"))
}

#[cfg(test)]
mod tests {
    use domain::identity::rules;

    use super::*;

    #[test]
    fn the_password_may_be_chosen() {
        assert!(rules::password(PASSWORD).is_ok());
    }
}
