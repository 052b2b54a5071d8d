//! Whoever moves the money, and what each of them does.

use std::sync::atomic::{AtomicU32, Ordering};

use api::graphql::id;
use domain::award::commands::{
    ApprovePayment, CertifyPayment, ConfirmPayment, DecommitAward, OrderPayment, ReceiveRecovery, RequestPayment,
    SignAgreement,
};
use domain::award::rules::NewInstalment;
use domain::evaluation::commands::{AdoptDecision, NotifyDecision};
use domain::fund::commands::{CreateProgramme, Order, ReverseTransfer, SetFundPolicy};
use domain::money::Amount;
use domain::{Actor, Command, identity};
use entity::value::{
    AwardId, CallId, Decommitment, FundId, InstalmentId, InstalmentKind, PaymentRequestId, ProgrammeId, RecoveryId,
    TransferKind, UserId,
};
use entity::{award, instalment, transfer};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use time::{Date, macros::date};
use uuid::Uuid;

use crate::flows::stage;
use crate::harness::{Persona, TestApp, text};
use crate::ledger::Proposals;

/// What each award is granted, in two instalments.
pub const GRANT: &str = "1000.00";
const INSTALMENTS: [&str; 2] = ["400.00", "600.00"];

/// Whoever moves the money, and where it is.
pub struct Hands<'a> {
    pub app: &'a TestApp,
    pub connection: &'a DatabaseConnection,
    pub admin: Actor,
    pub chair: Actor,
    pub manager: Actor,
    pub finance: Actor,
    pub treasurer: Actor,
    pub applicant: Actor,
    pub fund: FundId,
    pub programmes: [ProgrammeId; 3],
    pub calls: [CallId; 2],
}

impl<'a> Hands<'a> {
    pub async fn new(app: &'a TestApp, connection: &'a DatabaseConnection, proposals: &Proposals) -> Self {
        let call = &proposals.call;
        let (fund, first) = (known(&call.fund_id), known(&call.programme_id));
        let admin = actor(app, &app.as_admin().await).await;
        let mut programmes = [first; 3];
        for (number, programme) in programmes.iter_mut().enumerate().skip(1) {
            let new = CreateProgramme {
                fund_id: fund,
                code: format!("AXIS-{number}-BIS"),
                name: "Another axis".into(),
                illustrative: None,
            };
            *programme = app.database.execute(&admin, &new).await.expect("a programme").value;
        }
        let input = stage::call_input(&id::of(programmes[1]), stage::START, Some(stage::DEADLINE));
        let input = stage::with(input, serde_json::json!({ "code": "FTAP-2018-2" }));
        let second = app.mutate(&call.manager, "createCall", input, "call { id }").await;
        Self {
            app,
            connection,
            admin,
            chair: actor(app, &proposals.chair).await,
            manager: actor(app, &call.manager).await,
            finance: actor(app, &call.finance).await,
            treasurer: actor(app, &proposals.treasurer).await,
            applicant: actor(app, &proposals.applicant).await,
            fund,
            programmes,
            calls: [known(&call.call_id), known(&text(&second["call"]["id"]))],
        }
    }

    pub async fn run<C: Command>(&self, who: &Actor, command: C) -> C::Output {
        let done = self.app.database.execute(who, &command).await;
        done.unwrap_or_else(|error| panic!("{}: {error:?}", std::any::type_name::<C>()))
            .value
    }

    pub async fn govern(&self, decommitment: Decommitment) {
        let policy = SetFundPolicy {
            fund_id: self.fund,
            enforces_payment_credits: decommitment == Decommitment::ReturnsToCall,
            decommitment,
            reinstates_recoveries: true,
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, policy).await;
    }

    /// Undoes the last transfer of a kind.
    pub async fn reverse(&self, kind: TransferKind) {
        let last = transfer::Entity::find()
            .filter(transfer::Column::Kind.eq(kind))
            .order_by_desc(transfer::Column::Seq)
            .one(self.connection)
            .await
            .expect("the journal");
        let reversal = ReverseTransfer {
            transfer_id: last.expect("a transfer to undo").id,
            reason: "Entered twice".into(),
            document: "Note 12".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, reversal).await;
    }

    pub async fn adopt(&self, decision: &str) -> AwardId {
        let adopted = AdoptDecision {
            decision_id: known(decision),
            revision: 1,
            idempotency_key: stage::fresh_key(),
        };
        let decision_id = self.run(&self.chair, adopted).await;
        self.run(&self.manager, NotifyDecision { decision_id }).await;
        let award = award::Entity::find()
            .filter(award::Column::DecisionId.eq(decision_id))
            .one(self.connection)
            .await
            .expect("the awards");
        award.expect("an award").id
    }

    pub async fn receive(&self, recovery_id: RecoveryId) {
        let receive = ReceiveRecovery {
            recovery_id,
            reference: "SEPA 7".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, receive).await;
    }

    pub async fn sign(&self, award_id: AwardId) -> Vec<InstalmentId> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let instalments = INSTALMENTS.map(|amount| NewInstalment {
            kind: InstalmentKind::Interim,
            amount: euros(amount),
            condition: "Report received".into(),
            due_on: date!(2019 - 01 - 15),
        });
        let sign = SignAgreement {
            award_id,
            number: format!("A-{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
            signed_by_beneficiary_on: date!(2018 - 06 - 19),
            signed_by_funder_on: date!(2018 - 06 - 20),
            instalments: instalments.to_vec(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.manager, sign).await;
        let scheduled = instalment::Entity::find()
            .filter(instalment::Column::AwardId.eq(award_id))
            .order_by_asc(instalment::Column::Number)
            .all(self.connection)
            .await
            .expect("the schedule");
        scheduled.iter().map(|instalment| instalment.id).collect()
    }

    pub async fn decommit(&self, award_id: AwardId, amount: &str) {
        let decommit = DecommitAward {
            award_id,
            amount: euros(amount),
            reason: "Cheaper than planned".into(),
            document: "Amendment 1".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, decommit).await;
    }

    pub async fn claim(&self, instalment_id: InstalmentId, amount: &str) -> PaymentRequestId {
        let claim = RequestPayment {
            instalment_id,
            amount: euros(amount),
            justification: "Invoices".into(),
            illustrative: None,
        };
        self.run(&self.applicant, claim).await
    }

    pub async fn order(&self, payment_request_id: PaymentRequestId) {
        self.run(&self.manager, CertifyPayment { payment_request_id }).await;
        self.run(&self.finance, ApprovePayment { payment_request_id }).await;
        let order = OrderPayment {
            payment_request_id,
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.treasurer, order).await;
    }

    pub async fn claim_and_pay(&self, instalment_id: InstalmentId, amount: &str) {
        let payment_request_id = self.claim(instalment_id, amount).await;
        self.order(payment_request_id).await;
        let confirm = ConfirmPayment {
            payment_request_id,
            reference: "SEPA 2018-42".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, confirm).await;
    }
}

pub async fn actor(app: &TestApp, persona: &Persona) -> Actor {
    let id: UserId = known(&persona.id);
    let found = identity::queries::actor(&app.database, id, Uuid::now_v7()).await;
    found.expect("somebody with an account")
}

pub fn known<I: id::NodeId>(global: &str) -> I {
    id::parse(&global.into()).expect("a global identifier")
}

pub fn euros(amount: &str) -> Amount {
    Amount {
        decimal: amount.into(),
        currency: "EUR".into(),
    }
}

pub fn order(amount: &str, effective_on: Option<Date>) -> Order {
    Order {
        amount: euros(amount),
        reason: "Budget of the year".into(),
        document: "Decision 2018-7".into(),
        idempotency_key: stage::fresh_key(),
        effective_on,
    }
}
