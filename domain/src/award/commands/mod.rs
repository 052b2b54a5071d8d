//! What changes awards: the agreement, and the payments on its instalments.

mod claim;
mod review;
mod settle;
mod sign;

pub use claim::RequestPayment;
pub use review::{ApprovePayment, CertifyPayment, RejectPayment};
pub use settle::{ConfirmPayment, OrderPayment, ReturnPayment};
pub use sign::SignAgreement;

use entity::value::{AwardId, InstalmentId, NodeKind, OrganisationId, PaymentRequestId, PaymentRequestStatus};
use entity::{application, award, instalment, payment_request};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::LockType,
};

use super::lifecycle::InstalmentEvent;
use super::queries::{visible, visible_payment_requests};
use crate::actor::Place;
use crate::application::queries::organisations;
use crate::work::Subject;
use crate::{Currency, Error, Result, Work};

/// An award with what decides who may act on it.
struct Grant {
    award: award::Model,
    organisations: Vec<OrganisationId>,
    currency: Currency,
}

impl Grant {
    fn place(&self) -> Place {
        Place::Call(self.award.fund_id, self.award.call_id)
    }
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
    let currency = crate::application::commands::currency(work, &application).await?;
    Ok(Grant {
        award,
        organisations,
        currency,
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
