//! Who and what the operations are about: made by the commands of the program, as anybody would make them.

use domain::actor::Scope;
use domain::application::{
    commands::{CreateApplication, SubmitApplication},
    rules::Content,
};
use domain::call::{
    commands::{CreateCall, PublishCall, StartEvaluation},
    rules::NewCriterion,
};
use domain::evaluation::commands::{AssignEvaluator, ProposeDecision};
use domain::fund::commands::{CreateFund, CreateProgramme};
use domain::identity::{
    self,
    commands::{CreateAdmin, CreateOrganisation, GrantRole, Register},
};
use domain::money::Amount;
use domain::{Actor, Command, Database};
use entity::value::{
    ApplicationId, CallId, DecisionId, DecisionOutcome, DecisionStatus, FundStatus, IdentifierScheme, OrganisationKind,
    Role, UserId,
};
use futures_util::future::join_all;
use time::{Date, Duration, macros::date};
use uuid::Uuid;

use super::auditor::{Call, Decision, Fund, Person, Programme};
use super::operation::{Currency, Policy};
use super::world::World;

pub const MANAGER: usize = 0;
pub const OFFICERS: [usize; 2] = [1, 2];
pub const CHAIR: usize = 3;
/// Owns the first organisation.
pub const APPLICANT: usize = 4;
/// A finance officer who owns the second organisation.
pub const TIED: usize = 5;
/// Holds every role that acts.
pub const TWIN: usize = 6;
pub const AUDITOR: usize = 7;
const EVALUATOR: usize = 10;

/// The first day of every fund.
pub const FIRST_DAY: Date = date!(2026 - 01 - 01);
/// Decisions that a call comes with.
const DECISIONS: usize = 12;

pub const CURRENCIES: [Currency; 3] = [
    Currency {
        code: "EUR",
        decimals: 2,
    },
    Currency {
        code: "JPY",
        decimals: 0,
    },
    Currency {
        code: "KWD",
        decimals: 3,
    },
];

/// Where funds are, and how many hours their days are ahead of UTC's: never changed for summer.
const ZONES: [(&str, i64); 4] = [
    ("UTC", 0),
    ("Indian/Reunion", 4),
    ("America/Guadeloupe", -4),
    ("Asia/Tokyo", 9),
];

/// Everybody: the roles they hold everywhere, and the organisation they own. The one before the last is an officer of
/// the first fund only.
pub fn people() -> Vec<Person> {
    use Role::{Auditor, CommitteeChair, CommitteeMember, FinanceOfficer, ProgrammeManager};
    let person = |roles: &[Role], organisation| Person {
        roles: roles.iter().map(|role| (*role, None)).collect(),
        organisation,
    };
    let local = Person {
        roles: vec![(FinanceOfficer, Some(0))],
        organisation: None,
    };
    vec![
        person(&[ProgrammeManager], None),
        person(&[FinanceOfficer], None),
        person(&[FinanceOfficer], None),
        person(&[CommitteeChair], None),
        person(&[], Some(0)),
        person(&[FinanceOfficer], Some(1)),
        person(&[ProgrammeManager, FinanceOfficer, CommitteeChair], None),
        person(&[Auditor], None),
        person(&[], None),
        local,
        person(&[CommitteeMember], None),
    ]
}

impl World {
    /// Gives everybody their account, their roles and their organisation.
    pub async fn bring_people(&mut self) {
        self.add_fund().await;
        let fund = self.ids.fund(0);
        for number in 0..self.auditor.people.len() {
            let id = self.register(&format!("person.{number}")).await;
            if self.auditor.people[number].organisation.is_some() {
                let owner = actor(&self.database, id).await;
                let create = CreateOrganisation {
                    name: format!("Organisation of {number}"),
                    kind: OrganisationKind::Operator,
                    scheme: IdentifierScheme::Other,
                    identifier: format!("ORGANISATION {number}"),
                    region: None,
                    illustrative: None,
                };
                let organisation = done(&self.database, &owner, create).await;
                self.ids.organisations.push(organisation);
            }
            for (role, scope) in self.auditor.people[number].roles.clone() {
                let grant = GrantRole {
                    user_id: id,
                    role,
                    scope: scope.map_or(Scope::Platform, |_| Scope::Fund(fund)),
                    ends_at: None,
                };
                done(&self.database, &self.admin, grant).await;
            }
            self.ids.people.push(actor(&self.database, id).await);
        }
        self.add_programmes(0).await;
        for _ in 1..CURRENCIES.len() {
            self.add_fund_with_programmes().await;
        }
    }

    pub async fn add_fund_with_programmes(&mut self) {
        self.add_fund().await;
        self.add_programmes(self.auditor.funds.len() - 1).await;
    }

    /// A fund in preparation.
    async fn add_fund(&mut self) {
        let number = self.auditor.funds.len();
        let currency = CURRENCIES[number % CURRENCIES.len()];
        let (zone, hours) = ZONES[number % ZONES.len()];
        let create = CreateFund {
            code: format!("FUND-{number}"),
            name: format!("Fund {number}"),
            currency: currency.code.to_owned(),
            legal_basis: "Loi de finances pour 2026".to_owned(),
            starts_on: FIRST_DAY,
            ends_on: date!(2999 - 12 - 31),
            time_zone: zone.to_owned(),
            illustrative: None,
        };
        let id = done(&self.database, &self.admin, create).await;
        self.ids.add_fund(id);
        self.auditor.funds.push(Fund {
            currency,
            ahead: Duration::hours(hours),
            starts_on: FIRST_DAY,
            status: FundStatus::Draft,
            policy: Policy {
                credits: false,
                lapses: false,
                reinstates: false,
            },
        });
    }

    /// Three programmes, the first with a call that is not published.
    async fn add_programmes(&mut self, fund: usize) {
        for number in 0..3 {
            let create = CreateProgramme {
                fund_id: self.ids.fund(fund),
                code: format!("AXIS-{number}"),
                name: format!("Axis {number}"),
                illustrative: None,
            };
            let id = done(&self.database, &self.ids.people[MANAGER], create).await;
            self.ids.add_programme(id);
            self.auditor.programmes.push(Programme { fund });
        }
        self.add_call(self.auditor.programmes.len() - 3, true).await;
    }

    async fn add_call(&mut self, programme: usize, draft: bool) -> CallId {
        let number = self.auditor.calls.len();
        let create = CreateCall {
            programme_id: self.ids.programme(programme),
            code: format!("CALL-{number}"),
            title: format!("Call {number}"),
            summary: "Projects that transform public action.".to_owned(),
            description: "What, for whom, until when.".to_owned(),
            contact: "calls@example.org".to_owned(),
            time_zone: "UTC".to_owned(),
            opens_at: self.database.clock().now(),
            closes_at: None,
            grace_minutes: 0,
            minimum_grant: None,
            maximum_grant: None,
            maximum_rate_bp: 10_000,
            assessments_wanted: 1,
            lots: Vec::new(),
            criteria: vec![NewCriterion {
                title: "Impact".to_owned(),
                weight: 1,
                maximum_centi: 100,
                step_centi: 100,
                threshold_centi: None,
            }],
            illustrative: None,
        };
        let id = done(&self.database, &self.ids.people[MANAGER], create).await;
        self.ids.add_call(id);
        self.auditor.calls.push(Call {
            programme,
            draft,
            decisions: Vec::new(),
        });
        id
    }

    /// A call of a fund that is open, with decisions that wait for their chair.
    pub async fn add_call_with_decisions(&mut self, programme: usize) {
        let call_id = self.add_call(programme, false).await;
        let call = self.auditor.calls.len() - 1;
        let amounts: Vec<i64> = (0..DECISIONS).map(|_| self.draw.grant()).collect();
        let manager = &self.ids.people[MANAGER];
        done(&self.database, manager, PublishCall { call_id }).await;
        let currency = self.auditor.funds[self.auditor.fund_of_call(call)].currency;
        let submitted = (0..DECISIONS).map(|place| self.submit(call_id, place, amounts[place], currency));
        let application_ids = join_all(submitted).await;
        done(&self.database, manager, StartEvaluation { call_id }).await;
        let proposed = application_ids
            .iter()
            .copied()
            .zip(0..)
            .map(|(application_id, place)| self.propose(application_id, place, amounts[place], currency));
        for (place, id) in (0..).zip(join_all(proposed).await) {
            self.ids.decisions.push(id);
            let decision = Decision {
                call,
                organisation: lead(place),
                minor: amounts[place],
                proposed_by: proposer(place),
                rejects: rejects(place, amounts[place]),
                award: None,
                withdrawn: false,
            };
            let number = self.auditor.decisions.push(decision, DecisionStatus::Proposed);
            self.auditor.calls[call].decisions.push(number);
            self.ids.applications.push(application_ids[place]);
        }
    }

    async fn submit(&self, call_id: CallId, place: usize, minor: i64, currency: Currency) -> ApplicationId {
        let applicant = &self.ids.people[[APPLICANT, TIED][lead(place)]];
        let requested = amount(minor.max(1), currency);
        let create = CreateApplication {
            call_id,
            lot_id: None,
            organisation_id: self.ids.organisations[lead(place)],
            partner_ids: Vec::new(),
            content: Content {
                title: format!("Project {place}"),
                summary: "One form instead of eleven.".to_owned(),
                cost: requested.clone(),
                requested,
            },
            illustrative: None,
        };
        let application_id = done(&self.database, applicant, create).await;
        let submit = SubmitApplication {
            application_id,
            revision: 1,
        };
        done(&self.database, applicant, submit).await;
        application_id
    }

    async fn propose(&self, application_id: ApplicationId, place: usize, minor: i64, currency: Currency) -> DecisionId {
        let evaluator = self.ids.people[EVALUATOR].user_id();
        let assign = AssignEvaluator {
            application_id,
            evaluator_id: evaluator.expect("a person"),
            illustrative: None,
        };
        done(&self.database, &self.ids.people[MANAGER], assign).await;
        let rejected = rejects(place, minor);
        let propose = ProposeDecision {
            application_id,
            revision: None,
            outcome: if rejected {
                DecisionOutcome::Reject
            } else {
                DecisionOutcome::Award
            },
            amount: amount(minor, currency),
            distinction: (minor == 0 && !rejected).then(|| "A mention".to_owned()),
            conditions: String::new(),
            reason: "It serves every town.".to_owned(),
            illustrative: None,
        };
        done(&self.database, &self.ids.people[proposer(place)], propose).await
    }

    async fn register(&self, name: &str) -> UserId {
        let register = Register {
            email: format!("{name}@example.org"),
            display_name: name.to_owned(),
            password_hash: NO_PASSWORD.to_owned(),
            illustrative: None,
        };
        done(&self.database, &Actor::anonymous(Uuid::now_v7()), register).await
    }
}

/// Nobody signs in.
const NO_PASSWORD: &str = "none";

/// The administrator of the platform.
pub async fn administrator(database: &Database) -> Actor {
    let create = CreateAdmin {
        email: "administrator@example.org".to_owned(),
        display_name: "Administrator".to_owned(),
        password_hash: NO_PASSWORD.to_owned(),
    };
    let id = done(database, &Actor::system(), create).await;
    actor(database, id).await
}

/// The organisation of the application at a place: every fourth is the tied officer's.
const fn lead(place: usize) -> usize {
    if place % 4 == 3 { 1 } else { 0 }
}

/// Without money, every other decision is a rejection, and the rest are mentions.
const fn rejects(place: usize, minor: i64) -> bool {
    minor == 0 && place.is_multiple_of(2)
}

/// Who proposes the decision at a place.
const fn proposer(place: usize) -> usize {
    if place % 3 == 2 { TWIN } else { MANAGER }
}

fn amount(minor: i64, currency: Currency) -> Amount {
    Amount {
        decimal: currency.decimal(minor.into()),
        currency: currency.code.to_owned(),
    }
}

async fn actor(database: &Database, id: UserId) -> Actor {
    let found = identity::queries::actor(database, id, Uuid::now_v7()).await;
    found.expect("a person")
}

/// What a command answers that must succeed.
async fn done<C: Command>(database: &Database, actor: &Actor, command: C) -> C::Output {
    let answered = database.execute(actor, &command).await;
    answered.expect("what the stage needs").value
}
