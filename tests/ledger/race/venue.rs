//! What is made ready for a race: by the commands that the mutations run, in this process, so that the requests of a
//! test are those of the race.

use std::fmt::Debug;

use api::graphql::id::{self, NodeId};
use domain::application::{
    commands::{CreateApplication, SubmitApplication},
    rules::Content,
};
use domain::award::commands::{
    ApprovePayment, CertifyPayment, ConfirmPayment, DecommitAward, OrderPayment, RequestPayment, SignAgreement,
};
use domain::award::rules::NewInstalment;
use domain::call::commands::{CreateCall, PublishCall, StartEvaluation};
use domain::call::rules::NewCriterion;
use domain::evaluation::commands::{AdoptDecision, AssignEvaluator, NotifyDecision, ProposeDecision};
use domain::fund::commands::{AllocateBudget, CreateFund, CreateProgramme, Holder, OpenEnvelope, Order};
use domain::{Actor, Command, identity, money::Amount};
use entity::value::{
    ApplicationId, AwardId, CallId, DecisionId, DecisionOutcome, FundId, InstalmentId, InstalmentKind, OrganisationId,
    PaymentRequestId, ProgrammeId, UserId,
};
use entity::{award, instalment};
use futures_util::{StreamExt, future::join_all, stream};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use time::macros::date;
use uuid::Uuid;

use super::track::Entry;
use crate::flows::stage::{DEADLINE, SIRET, START, fresh_key};
use crate::harness::{Persona, TestApp};

/// How many commands are under way at the same time while a venue is prepared: they share commits.
const PREPARED_AT_ONCE: usize = 16;

/// Somebody, for requests and for commands.
pub struct Runner {
    pub persona: Persona,
    pub actor: Actor,
}

/// The people of a race. Their roles hold in every fund.
pub struct Cast<'a> {
    pub app: &'a TestApp,
    /// For what no query of the domain tells.
    pub rows: DatabaseConnection,
    admin: Runner,
    pub manager: Runner,
    pub finance: Runner,
    /// Orders what the first finance officer has approved.
    pub treasurer: Runner,
    pub chair: Runner,
    pub applicant: Runner,
    organisation: OrganisationId,
}

impl<'a> Cast<'a> {
    pub async fn of(app: &'a TestApp) -> Self {
        let holder = async |name: &str, role: &str| {
            let persona = app.persona(name).await;
            app.grant(&persona, role, "PLATFORM", None).await;
            runner(app, persona).await
        };
        app.clock.set(START);
        let (applicant, organisation) = app.as_applicant(SIRET).await;
        Self {
            app,
            rows: app.storage.connection().await,
            admin: runner(app, app.as_admin().await).await,
            manager: holder("Manager", "PROGRAMME_MANAGER").await,
            finance: holder("Officer", "FINANCE_OFFICER").await,
            treasurer: holder("Treasurer", "FINANCE_OFFICER").await,
            chair: holder("Chair", "COMMITTEE_CHAIR").await,
            applicant: runner(app, applicant).await,
            organisation: local(&organisation),
        }
    }

    /// Has somebody do something that must succeed.
    pub async fn has<C: Command>(&self, who: &Runner, command: C) -> C::Output {
        let outcome = self.app.database.execute(&who.actor, &command).await;
        outcome.unwrap_or_else(|error| panic!("{error:?}")).value
    }

    /// A fund with a call under evaluation, and so many decisions that wait for the chair, of an amount each. The call
    /// holds nothing; the programme above it, a million.
    pub async fn venue(&'a self, decisions: usize, amount: &str) -> Venue<'a> {
        self.app.clock.set(START);
        let fund = self.has(&self.admin, create_fund()).await;
        let envelope = OpenEnvelope {
            fund_id: fund,
            order: order("1000000.00"),
        };
        self.has(&self.finance, envelope).await;
        let programme = CreateProgramme {
            fund_id: fund,
            code: "AXIS-1".to_owned(),
            name: "First axis".to_owned(),
            illustrative: None,
        };
        let programme = self.has(&self.manager, programme).await;
        let call = self.has(&self.manager, create_call(programme)).await;
        self.has(&self.manager, PublishCall { call_id: call }).await;
        let mut venue = Venue {
            cast: self,
            fund,
            programme,
            call,
            decisions: Vec::with_capacity(decisions),
        };
        venue.allocate(Holder::Programme(programme), "1000000.00").await;
        let applications = stream::iter(0..decisions).map(|_| venue.apply());
        let applications: Vec<ApplicationId> = applications.buffered(PREPARED_AT_ONCE).collect().await;
        self.app.clock.set(DEADLINE);
        self.has(&self.manager, StartEvaluation { call_id: call }).await;
        let proposals = stream::iter(applications).map(|application| venue.propose(application, amount));
        let proposals: Vec<DecisionId> = proposals.buffered(PREPARED_AT_ONCE).collect().await;
        venue.decisions = proposals;
        venue
    }
}

/// A fund with a call under evaluation, and its decisions that wait for the chair.
pub struct Venue<'a> {
    pub cast: &'a Cast<'a>,
    pub fund: FundId,
    pub programme: ProgrammeId,
    pub call: CallId,
    pub decisions: Vec<DecisionId>,
}

impl Venue<'_> {
    /// Hands budget down to the programme, or to the call.
    pub async fn allocate(&self, to: Holder, amount: &str) {
        let command = AllocateBudget {
            to,
            order: order(amount),
        };
        self.cast.has(&self.cast.finance, command).await;
    }

    /// Hands budget down to the call.
    pub async fn endow(&self, amount: &str) {
        self.allocate(Holder::Call(self.call), amount).await;
    }

    /// An award with its signed agreement, on the next decision, which is of the sum of the instalments; answers with
    /// it and its instalments.
    pub async fn award(&mut self, instalments: &[&str]) -> (AwardId, Vec<InstalmentId>) {
        let cast = self.cast;
        let decision_id = self.decisions.pop().expect("a decision");
        let adoption = AdoptDecision {
            decision_id,
            revision: 1,
            idempotency_key: fresh_key(),
        };
        cast.has(&cast.chair, adoption).await;
        cast.has(&cast.manager, NotifyDecision { decision_id }).await;
        let of_decision = award::Column::DecisionId.eq(decision_id);
        let found = award::Entity::find().filter(of_decision).one(&cast.rows).await;
        let award_id = found.expect("an answer").expect("an award").id;
        let schedule = instalments.iter().map(|instalment| NewInstalment {
            kind: InstalmentKind::Interim,
            amount: euros(instalment),
            condition: String::new(),
            due_on: date!(2019 - 01 - 15),
        });
        let agreement = SignAgreement {
            award_id,
            number: fresh_key(),
            signed_by_beneficiary_on: date!(2018 - 06 - 19),
            signed_by_funder_on: date!(2018 - 06 - 20),
            instalments: schedule.collect(),
            idempotency_key: fresh_key(),
        };
        cast.has(&cast.manager, agreement).await;
        let scheduled = instalment::Entity::find()
            .filter(instalment::Column::AwardId.eq(award_id))
            .order_by_asc(instalment::Column::Number)
            .all(&cast.rows)
            .await;
        let ids = scheduled.expect("an answer").iter().map(|row| row.id).collect();
        (award_id, ids)
    }

    /// A claim of an amount of an instalment that awaits its order.
    pub async fn approved(&self, instalment_id: InstalmentId, amount: &str) -> PaymentRequestId {
        let cast = self.cast;
        let claim = RequestPayment {
            instalment_id,
            amount: euros(amount),
            justification: "Invoices of the year".to_owned(),
            illustrative: None,
        };
        let payment_request_id = cast.has(&cast.applicant, claim).await;
        cast.has(&cast.manager, CertifyPayment { payment_request_id }).await;
        cast.has(&cast.finance, ApprovePayment { payment_request_id }).await;
        payment_request_id
    }

    /// Claims that await their orders, one of an amount on each instalment.
    pub async fn all_approved(&self, instalments: &[InstalmentId], amount: &str) -> Vec<PaymentRequestId> {
        join_all(instalments.iter().map(|instalment| self.approved(*instalment, amount))).await
    }

    /// Orders an approved payment.
    pub async fn order(&self, payment_request_id: PaymentRequestId) {
        let command = OrderPayment {
            payment_request_id,
            idempotency_key: fresh_key(),
        };
        self.cast.has(&self.cast.treasurer, command).await;
    }

    /// Takes back an amount of an award.
    pub async fn decommit(&self, award_id: AwardId, amount: &str) {
        let command = DecommitAward {
            award_id,
            amount: euros(amount),
            reason: "It will not be spent".to_owned(),
            document: "Letter 7".to_owned(),
            idempotency_key: fresh_key(),
        };
        self.cast.has(&self.cast.finance, command).await;
    }

    /// Confirms an ordered payment.
    pub async fn confirm(&self, payment_request_id: PaymentRequestId) {
        let command = ConfirmPayment {
            payment_request_id,
            reference: "SEPA 2018-42".to_owned(),
            idempotency_key: fresh_key(),
        };
        self.cast.has(&self.cast.finance, command).await;
    }

    async fn apply(&self) -> ApplicationId {
        let cast = self.cast;
        let draft = CreateApplication {
            call_id: self.call,
            lot_id: None,
            organisation_id: cast.organisation,
            partner_ids: Vec::new(),
            content: Content {
                title: "One form for every permit".to_owned(),
                summary: "A single online form replaces eleven paper ones.".to_owned(),
                cost: euros("10000.00"),
                requested: euros("5000.00"),
            },
            illustrative: None,
        };
        let application_id = cast.has(&cast.applicant, draft).await;
        let submission = SubmitApplication {
            application_id,
            revision: 1,
        };
        cast.has(&cast.applicant, submission).await;
        application_id
    }

    async fn propose(&self, application_id: ApplicationId, amount: &str) -> DecisionId {
        let cast = self.cast;
        let assignment = AssignEvaluator {
            application_id,
            evaluator_id: local(&cast.chair.persona.id),
            illustrative: None,
        };
        cast.has(&cast.manager, assignment).await;
        let proposal = ProposeDecision {
            application_id,
            revision: None,
            outcome: DecisionOutcome::Award,
            amount: euros(amount),
            distinction: None,
            conditions: String::new(),
            reason: "It serves every town.".to_owned(),
            illustrative: None,
        };
        cast.has(&cast.manager, proposal).await
    }
}

async fn runner(app: &TestApp, persona: Persona) -> Runner {
    let user: UserId = local(&persona.id);
    let actor = identity::queries::actor(&app.database, user, Uuid::now_v7()).await;
    Runner {
        actor: actor.expect("an actor"),
        persona,
    }
}

fn create_fund() -> CreateFund {
    CreateFund {
        code: fresh_key().to_uppercase(),
        name: "Fonds pour la transformation de l'action publique".to_owned(),
        currency: "EUR".to_owned(),
        legal_basis: "Loi de finances pour 2018".to_owned(),
        starts_on: date!(2018 - 01 - 01),
        ends_on: date!(2022 - 12 - 31),
        time_zone: "UTC".to_owned(),
        illustrative: None,
    }
}

fn create_call(programme_id: ProgrammeId) -> CreateCall {
    CreateCall {
        programme_id,
        code: fresh_key().to_uppercase(),
        title: "First call".to_owned(),
        summary: "Projects that transform public action.".to_owned(),
        description: "# First call".to_owned(),
        contact: "ftap@example.org".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        opens_at: START.into(),
        closes_at: Some(DEADLINE.into()),
        grace_minutes: 0,
        minimum_grant: None,
        maximum_grant: None,
        maximum_rate_bp: 10_000,
        assessments_wanted: 1,
        lots: Vec::new(),
        criteria: vec![NewCriterion {
            title: "Impact".to_owned(),
            weight: 1,
            maximum_centi: 2_000,
            step_centi: 50,
            threshold_centi: None,
        }],
        illustrative: None,
    }
}

/// A budget operation of an amount, with a key of its own.
pub fn order(amount: &str) -> Order {
    Order {
        amount: euros(amount),
        reason: "Budget of the year".to_owned(),
        document: "Decision 2018-7".to_owned(),
        idempotency_key: fresh_key(),
        effective_on: None,
    }
}

/// An amount of euros.
pub fn euros(amount: &str) -> Amount {
    Amount {
        decimal: amount.to_owned(),
        currency: "EUR".to_owned(),
    }
}

/// The identifier that requests give.
pub fn global<I: NodeId>(id: I) -> String {
    id::of(id).to_string()
}

/// The identifier that commands take.
pub fn local<I: NodeId + Debug>(id: &str) -> I {
    id::parse(&id.into()).expect("an identifier of the kind")
}

/// So many orders of some payments, of each as often as of the others.
pub fn orders<'a>(treasurer: &'a Runner, payments: &[PaymentRequestId], count: usize) -> Vec<Entry<'a>> {
    let entry = |payment: &PaymentRequestId| {
        let input = json!({ "paymentRequestId": global(*payment), "idempotencyKey": fresh_key() });
        Entry::new(&treasurer.persona, "orderPayment", input)
    };
    payments.iter().cycle().take(count).map(entry).collect()
}
