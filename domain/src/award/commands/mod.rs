//! What changes awards: the agreement, and the payments on its instalments.

mod claim;
mod decommit;
mod recover;
mod release;
mod review;
mod settle;
mod sign;

pub use claim::RequestPayment;
pub use decommit::DecommitAward;
pub use recover::{CancelRecovery, IssueRecovery, ReceiveRecovery, ReinstateRecovery};
pub use release::ReleaseAward;
pub use review::{ApprovePayment, CertifyPayment, RejectPayment};
pub use settle::{ConfirmPayment, OrderPayment, ReturnPayment};
pub use sign::SignAgreement;

use entity::value::{
    AccountKind, AuditEventId, AwardId, InstalmentId, NodeKind, OrganisationId, PaymentRequestId, PaymentRequestStatus,
    TransferKind,
};
use entity::{application, award, budget, fund, instalment, payment_request};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::LockType,
};

use super::lifecycle::InstalmentEvent;
use super::queries::{visible, visible_payment_requests};
use crate::actor::Place;
use crate::application::commands::fund_of;
use crate::application::queries::organisations;
use crate::fund::ledger::{self, Balances, Cause, Journal, Key, Movement};
use crate::work::Subject;
use crate::{Error, Result, Work};

/// An award with what decides who may act on it.
struct Grant {
    award: award::Model,
    application: application::Model,
    organisations: Vec<OrganisationId>,
    fund: fund::Model,
    journal: Journal,
}

impl Grant {
    fn place(&self) -> Place {
        Place::Call(self.award.fund_id, self.award.call_id)
    }

    /// One of the award's own accounts.
    fn account(&self, kind: AccountKind) -> Key {
        Key::commitment(kind, self.award.id)
    }

    /// A movement between two of the award's own accounts.
    fn movement(&self, kind: TransferKind, from: AccountKind, to: AccountKind, amount_minor: i64) -> Movement {
        Movement {
            kind,
            debit: self.account(from),
            credit: self.account(to),
            amount_minor,
            reverses: None,
        }
    }

    /// Writes movements that a recorded change causes, on the day it is for the fund.
    async fn post(&self, work: &mut Work, because: Because, movements: &[Movement]) -> Result<()> {
        let cause = Cause {
            audit_event: because.audit_event,
            subject: because.subject,
            reason: because.reason,
            document: because.document,
            effective_on: self.journal.today,
        };
        ledger::post(work, self.journal, &cause, movements).await
    }

    /// The balances of the award.
    async fn balances(&self, work: &Work) -> Result<Balances> {
        let row = budget::Entity::find_by_id(self.award.id.0).one(work.txn()).await?;
        Ok(row.as_ref().map(Balances::from).unwrap_or_default())
    }

    /// Changes the award, with its audit event.
    async fn change(&self, work: &mut Work, action: &str, change: award::ActiveModel) -> Result<AuditEventId> {
        let after = change.update(work.txn()).await?;
        work.record(action, award_subject(after.id), Some(&self.award), &after)
            .await
    }
}

/// Why an award's money moves.
struct Because {
    audit_event: AuditEventId,
    subject: Subject,
    reason: String,
    document: Option<String>,
}

/// Loads an award the actor may see, locked until the end of the Work. Whatever changes an award, its instalments or
/// its payment requests takes this lock first.
async fn load(work: &Work, id: AwardId) -> Result<Grant> {
    let select = visible(&work.actor)
        .filter(award::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    let award = select.one(work.txn()).await?.ok_or(Error::NotFound)?;
    let of = application::Entity::find_by_id(award.application_id);
    let application = of.one(work.txn()).await?.ok_or(Error::NotFound)?;
    let organisations = organisations(work.txn(), &application).await?;
    let fund = fund_of(work, &application).await?;
    let journal = Journal::of(work, &fund)?;
    Ok(Grant {
        award,
        application,
        organisations,
        fund,
        journal,
    })
}

/// A payment request with its award and instalment.
struct Claim {
    request: payment_request::Model,
    instalment: instalment::Model,
    grant: Grant,
}

async fn load_claim(work: &Work, id: PaymentRequestId) -> Result<Claim> {
    let visible = || visible_payment_requests(&work.actor).filter(payment_request::Column::Id.eq(id));
    let found = visible().one(work.txn()).await?.ok_or(Error::NotFound)?;
    let grant = load(work, found.award_id).await?;
    let request = visible().one(work.txn()).await?.ok_or(Error::NotFound)?;
    let instalment = instalment::Entity::find_by_id(request.instalment_id)
        .one(work.txn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Claim {
        request,
        instalment,
        grant,
    })
}

/// Moves an instalment to its next state.
async fn advance_instalment(
    work: &mut Work,
    before: &instalment::Model,
    event: InstalmentEvent,
    action: &str,
) -> Result<()> {
    let mut change = before.clone().into_active_model();
    change.status = Set(event.apply(before.status)?);
    let after = change.update(work.txn()).await?;
    work.record(
        action,
        Subject::new(NodeKind::Instalment, after.id),
        Some(before),
        &after,
    )
    .await?;
    Ok(())
}

/// What has been paid of an instalment, in minor units.
async fn paid(work: &Work, instalment: InstalmentId) -> Result<i64> {
    let requests = payment_request::Entity::find()
        .filter(payment_request::Column::InstalmentId.eq(instalment))
        .filter(payment_request::Column::Status.eq(PaymentRequestStatus::Paid))
        .all(work.txn())
        .await?;
    Ok(requests.iter().map(|request| request.amount_minor).sum())
}

fn award_subject(id: AwardId) -> Subject {
    Subject::new(NodeKind::Award, id)
}

fn instalment_subject(id: InstalmentId) -> Subject {
    Subject::new(NodeKind::Instalment, id)
}

fn payment_subject(id: PaymentRequestId) -> Subject {
    Subject::new(NodeKind::PaymentRequest, id)
}
