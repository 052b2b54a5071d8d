//! What there is before anything is measured: people with their roles, a fund with an open envelope, programmes, calls
//! and awards, all made by the commands that make them anywhere.

use domain::application::commands::{CreateApplication, SubmitApplication};
use domain::application::rules::Content;
use domain::call::commands::{CreateCall, PublishCall, StartEvaluation};
use domain::call::rules::NewCriterion;
use domain::evaluation::commands::{AdoptDecision, AssignEvaluator, ProposeDecision};
use domain::fund::commands::{
    AllocateBudget, CreateFund, CreateProgramme, Holder, OpenEnvelope, Order, RedeployBudget,
};
use domain::identity::commands::{CreateAdmin, CreateOrganisation, GrantRole, Register};
use domain::identity::{password, queries};
use domain::money::Amount;
use domain::{Actor, Command, Database, Result, actor::Scope};
use entity::value::{
    ApplicationId, CallId, DecisionOutcome, FundId, IdentifierScheme, Instant, OrganisationId, OrganisationKind,
    ProgrammeId, Role, UserId,
};
use futures_util::{StreamExt, stream};
use time::{Date, Duration};
use uuid::Uuid;

/// What each call is given, in cents.
const BUDGET_MINOR: i64 = 100_000_000_000;
/// What each award is worth, in cents.
const AWARD_MINOR: i64 = 10_000_000;
/// How many days before today the fund begins, and transfers may count for.
pub const DAYS: i64 = 365;
/// How many applications are on their way at once.
const APPLICANTS: usize = 32;

/// A fund whose budget is moved between its calls.
#[derive(Clone, Debug)]
pub struct Journal {
    pub fund: FundId,
    pub calls: Vec<CallId>,
    /// Who moves it.
    pub officer: Actor,
}

/// The people, and the database they work with.
pub struct Stage {
    database: Database,
    manager: Actor,
    officer: Actor,
    chair: Actor,
    member: UserId,
    applicant: Actor,
    organisation: OrganisationId,
    admin: Actor,
}

impl Stage {
    pub async fn set(database: &Database) -> Self {
        let hash = password::hash("correct horse battery staple").expect("a hash");
        let admin = CreateAdmin {
            email: "admin@example.org".to_owned(),
            display_name: "Administrator".to_owned(),
            password_hash: hash.clone(),
        };
        let admin = run(database, &Actor::system(), &admin).await;
        let admin = actor(database, admin).await;
        let hold = async |role: Role| hold(database, &admin, role.as_str(), role, &hash).await;
        let applicant = register(database, "applicant", &hash).await;
        let organisation = CreateOrganisation {
            name: "Applicant".to_owned(),
            kind: OrganisationKind::Operator,
            scheme: IdentifierScheme::Other,
            identifier: "1".to_owned(),
            region: None,
            illustrative: None,
        };
        let organisation = run(database, &actor(database, applicant).await, &organisation).await;
        let member = hold(Role::CommitteeMember).await;
        Self {
            database: database.clone(),
            manager: hold(Role::ProgrammeManager).await,
            officer: hold(Role::FinanceOfficer).await,
            chair: hold(Role::CommitteeChair).await,
            member: member.user_id().expect("a person"),
            applicant: actor(database, applicant).await,
            organisation,
            admin: admin.clone(),
        }
    }

    /// More people who move budget and read it.
    pub async fn officers(&self, number: usize) -> Vec<UserId> {
        let hash = password::hash("correct horse battery staple").expect("a hash");
        let mut officers = Vec::with_capacity(number);
        for number in 0..number {
            let name = format!("officer-{number}");
            let officer = hold(&self.database, &self.admin, &name, Role::FinanceOfficer, &hash).await;
            officers.push(officer.user_id().expect("a person"));
        }
        officers
    }

    /// A fund with calls in programmes, each with its budget.
    pub async fn journal(&self, code: &str, programmes: usize, calls_each: usize) -> Journal {
        let today = self.database.clock().today();
        let fund = self.create_fund(code, today).await;
        let mut calls = Vec::with_capacity(programmes * calls_each);
        let share = BUDGET_MINOR * i64::try_from(calls_each).expect("a few calls");
        let envelope = OpenEnvelope {
            fund_id: fund,
            order: order(share * i64::try_from(programmes).expect("a few programmes")),
        };
        run(&self.database, &self.officer, &envelope).await;
        for number in 0..programmes {
            let programme = CreateProgramme {
                fund_id: fund,
                code: format!("P{number}"),
                name: format!("Programme {number}"),
                illustrative: None,
            };
            let programme = run(&self.database, &self.manager, &programme).await;
            self.allocate(Holder::Programme(programme), share).await;
            for place in 0..calls_each {
                let code = format!("{code}-{number}-{place}");
                calls.push(self.publish(programme, code).await);
            }
        }
        Journal {
            fund,
            calls,
            officer: self.officer.clone(),
        }
    }

    async fn create_fund(&self, code: &str, today: Date) -> FundId {
        let fund = CreateFund {
            code: code.to_owned(),
            name: "Fonds de transformation de l'action publique".to_owned(),
            currency: "EUR".to_owned(),
            legal_basis: "Loi de finances pour 2018, article 1".to_owned(),
            starts_on: today - Duration::days(DAYS),
            ends_on: today + Duration::days(DAYS),
            time_zone: "Europe/Paris".to_owned(),
            illustrative: None,
        };
        run(&self.database, &Actor::system(), &fund).await
    }

    async fn allocate(&self, to: Holder, minor: i64) {
        let order = order(minor);
        run(&self.database, &self.officer, &AllocateBudget { to, order }).await;
    }

    /// A call that takes applications until its evaluation starts, with its budget.
    async fn publish(&self, programme_id: ProgrammeId, code: String) -> CallId {
        let call = CreateCall {
            programme_id,
            title: format!("Call {code}"),
            code,
            summary: "Summary".to_owned(),
            description: "Description".to_owned(),
            contact: "contact@example.org".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            opens_at: Instant(0),
            closes_at: None,
            grace_minutes: 0,
            minimum_grant: None,
            maximum_grant: None,
            maximum_rate_bp: 10_000,
            assessments_wanted: 1,
            lots: Vec::new(),
            criteria: vec![NewCriterion {
                title: "Criterion".to_owned(),
                weight: 1,
                maximum_centi: 2_000,
                step_centi: 50,
                threshold_centi: None,
            }],
            illustrative: None,
        };
        let call_id = run(&self.database, &self.manager, &call).await;
        self.allocate(Holder::Call(call_id), BUDGET_MINOR).await;
        run(&self.database, &self.manager, &PublishCall { call_id }).await;
        call_id
    }

    /// Awards in the calls of a journal, each with an account of its own.
    pub async fn award(&self, journal: &Journal, number: usize) {
        let calls = journal.calls.iter().cycle().take(number);
        let applications = stream::iter(calls.map(|call| self.apply(*call)));
        let applications: Vec<_> = applications.buffer_unordered(APPLICANTS).collect().await;
        for call_id in &journal.calls {
            run(&self.database, &self.manager, &StartEvaluation { call_id: *call_id }).await;
        }
        let decisions = stream::iter(applications.into_iter().map(|application| self.decide(application)));
        decisions.buffer_unordered(APPLICANTS).collect::<()>().await;
    }

    async fn apply(&self, call_id: CallId) -> ApplicationId {
        let application = CreateApplication {
            call_id,
            lot_id: None,
            organisation_id: self.organisation,
            partner_ids: Vec::new(),
            content: Content {
                title: "Project".to_owned(),
                summary: "Summary".to_owned(),
                cost: eur(2 * AWARD_MINOR),
                requested: eur(AWARD_MINOR),
            },
            illustrative: None,
        };
        let application_id = run(&self.database, &self.applicant, &application).await;
        let submission = SubmitApplication {
            application_id,
            revision: 1,
        };
        run(&self.database, &self.applicant, &submission).await;
        application_id
    }

    async fn decide(&self, application_id: ApplicationId) {
        let assignment = AssignEvaluator {
            application_id,
            evaluator_id: self.member,
            illustrative: None,
        };
        run(&self.database, &self.manager, &assignment).await;
        let proposal = ProposeDecision {
            application_id,
            revision: None,
            outcome: DecisionOutcome::Award,
            amount: eur(AWARD_MINOR),
            distinction: None,
            conditions: String::new(),
            reason: "Reason".to_owned(),
            illustrative: None,
        };
        let adoption = AdoptDecision {
            decision_id: run(&self.database, &self.manager, &proposal).await,
            revision: 1,
            idempotency_key: key(),
        };
        run(&self.database, &self.chair, &adoption).await;
    }
}

impl Journal {
    /// A small amount from one call to another.
    pub fn redeploy(&self) -> RedeployBudget {
        let from = fastrand::usize(0..self.calls.len());
        let to = (from + fastrand::usize(1..self.calls.len())) % self.calls.len();
        RedeployBudget {
            from: Holder::Call(self.calls[from]),
            to: Holder::Call(self.calls[to]),
            order: order(fastrand::i64(1..=100_000)),
        }
    }

    /// Redeploys, as a request of its own.
    pub async fn post(&self, database: &Database, command: &RedeployBudget) -> Result<()> {
        request(database, &self.officer, command).await?;
        Ok(())
    }
}

/// Runs a command as a request of its own.
async fn request<C: Command>(database: &Database, actor: &Actor, command: &C) -> Result<C::Output> {
    let mut actor = actor.clone();
    actor.request_id = Uuid::now_v7();
    Ok(database.execute(&actor, command).await?.value)
}

/// Runs a command that nothing stands in the way of.
async fn run<C: Command>(database: &Database, actor: &Actor, command: &C) -> C::Output {
    let done = request(database, actor, command).await;
    done.unwrap_or_else(|error| panic!("{}: {error:?}", std::any::type_name::<C>()))
}

async fn register(database: &Database, name: &str, hash: &str) -> UserId {
    let command = Register {
        email: format!("{}@example.org", name.to_lowercase().replace('_', ".")),
        display_name: name.to_owned(),
        password_hash: hash.to_owned(),
        illustrative: None,
    };
    run(database, &Actor::anonymous(Uuid::now_v7()), &command).await
}

/// Somebody new, with a role everywhere.
async fn hold(database: &Database, admin: &Actor, name: &str, role: Role, hash: &str) -> Actor {
    let user_id = register(database, name, hash).await;
    let grant = GrantRole {
        user_id,
        role,
        scope: Scope::Platform,
        ends_at: None,
    };
    run(database, admin, &grant).await;
    actor(database, user_id).await
}

async fn actor(database: &Database, id: UserId) -> Actor {
    queries::actor(database, id, Uuid::now_v7()).await.expect("an account")
}

fn order(minor: i64) -> Order {
    Order {
        amount: eur(minor),
        reason: "Redéploiement de mi-exercice".to_owned(),
        document: "Décision 2018-07 du comité".to_owned(),
        idempotency_key: key(),
        effective_on: None,
    }
}

fn eur(minor: i64) -> Amount {
    Amount {
        decimal: format!("{}.{:02}", minor / 100, minor % 100),
        currency: "EUR".to_owned(),
    }
}

/// A key that was not used before, and that, like those of other programs, comes in no order.
pub fn key() -> String {
    format!("{:032x}", fastrand::u128(..))
}
