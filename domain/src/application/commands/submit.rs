//! Submitting and withdrawing.

use entity::value::{ApplicationId, AwardStatus, NodeKind, SubmissionId};
use entity::{application, award, lot, organisation, submission};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, sea_query::LockType,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{currency, load_to_edit, subject};
use crate::application::lifecycle::Event;
use crate::application::queries::{call_of, organisations};
use crate::application::rules;
use crate::call::rules::accepts_submission;
use crate::error::{Code, Reasons, Refusal};
use crate::work::Subject;
use crate::{Command, Currency, Error, Result, Work};

/// Submits an application, at the server's clock: complete, in time and within the rules, or refused with every
/// reason at once. What was submitted is kept unchanged, with its SHA-256 as a receipt.
#[derive(Clone, Copy, Debug)]
pub struct SubmitApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// The revision that the applicant has read and submits.
    pub revision: i32,
}

impl Command for SubmitApplication {
    type Output = SubmissionId;

    async fn run(&self, work: &mut Work) -> Result<SubmissionId> {
        let submitted_by = work.actor.require_user()?;
        let application = load_to_edit(work, self.application_id).await?;
        let call = call_of(work.txn(), &application).await?;
        let currency = currency(work, &application).await?;
        let mut reasons = Reasons::none();
        reasons.keep(accepts_submission(&call, work.now));
        let status = reasons.keep(Event::Submit.apply(application.status));
        if application.revision != self.revision {
            reasons.push(super::draft::stale(application.revision));
        }
        for refusal in rules::missing(&application, &call, currency) {
            reasons.push(refusal);
        }
        reasons.finish()?;
        let number = submission::Entity::find()
            .filter(submission::Column::ApplicationId.eq(application.id))
            .count(work.txn())
            .await?;
        let snapshot = snapshot(work, &application, &call.code, currency).await?;
        let submission = submission::ActiveModel {
            id: Set(SubmissionId::new()),
            application_id: Set(application.id),
            number: Set(i32::try_from(number).map_err(Error::internal)? + 1),
            sha256: Set(hex::encode(Sha256::digest(&snapshot))),
            snapshot: Set(snapshot),
            submitted_by: Set(submitted_by),
            submitted_at: Set(work.now),
        };
        let submission = submission.insert(work.txn()).await?;
        let mut change = application.clone().into_active_model();
        change.status = Set(status.unwrap_or(application.status));
        change.updated_at = Set(work.now);
        let after = change.update(work.txn()).await?;
        let receipt = Subject::new(NodeKind::Submission, submission.id);
        work.record("submission.create", receipt, None, &submission).await?;
        work.record(
            "application.submit",
            subject(application.id),
            Some(&application),
            &after,
        )
        .await?;
        Ok(submission.id)
    }
}

/// What is submitted. The order of the fields is the order of the snapshot's text, and never changes.
#[derive(Serialize)]
struct Snapshot<'a> {
    reference: &'a str,
    call: &'a str,
    lot: String,
    lead: Party,
    partners: Vec<Party>,
    title: &'a str,
    summary: &'a str,
    currency: &'a str,
    cost_minor: i64,
    requested_minor: i64,
    revision: i32,
}

#[derive(Serialize)]
struct Party {
    name: String,
    scheme: &'static str,
    identifier: String,
}

async fn snapshot(work: &Work, application: &application::Model, call: &str, currency: Currency) -> Result<String> {
    let lot = lot::Entity::find_by_id(application.lot_id)
        .one(work.txn())
        .await?
        .ok_or(Error::NotFound)?;
    let ids = organisations(work.txn(), application).await?;
    let rows = organisation::Entity::find().filter(organisation::Column::Id.is_in(ids.iter().copied()));
    let rows = rows.all(work.txn()).await?;
    let mut parties = ids
        .iter()
        .filter_map(|id| rows.iter().find(|row| row.id == *id))
        .map(|row| Party {
            name: row.name.clone(),
            scheme: row.scheme.as_str(),
            identifier: row.identifier.clone(),
        });
    let snapshot = Snapshot {
        reference: &application.reference,
        call,
        lot: lot.name,
        lead: parties.next().ok_or(Error::NotFound)?,
        partners: parties.collect(),
        title: &application.title,
        summary: &application.summary,
        currency: currency.code(),
        cost_minor: application.cost_minor,
        requested_minor: application.requested_minor,
        revision: application.revision,
    };
    Ok(serde_json::to_string(&snapshot)?)
}

/// Takes an application back, at any time before an agreement is signed. Its drafts and receipts are kept; money
/// reserved for it stays so until its award is released.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawApplication {
    /// The application.
    pub application_id: ApplicationId,
}

impl Command for WithdrawApplication {
    type Output = ApplicationId;

    async fn run(&self, work: &mut Work) -> Result<ApplicationId> {
        let application = load_to_edit(work, self.application_id).await?;
        check_unsigned(work, &application).await?;
        let mut change = application.clone().into_active_model();
        change.status = Set(Event::Withdraw.apply(application.status)?);
        change.updated_at = Set(work.now);
        let after = change.update(work.txn()).await?;
        work.record("application.withdraw", subject(after.id), Some(&application), &after)
            .await?;
        Ok(after.id)
    }
}

/// A signed agreement is ended by both sides, not by one. The award is locked, for it could be signed meanwhile.
async fn check_unsigned(work: &Work, application: &application::Model) -> Result<()> {
    let award = award::Entity::find()
        .filter(award::Column::ApplicationId.eq(application.id))
        .lock(LockType::NoKeyUpdate)
        .one(work.txn())
        .await?;
    if award.is_none_or(|award| matches!(award.status, AwardStatus::Reserved | AwardStatus::Lapsed)) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::InvalidState,
        "The agreement of this application is signed.",
        "La convention de ce dossier est signée.",
    )
    .into())
}
