//! Proposing and notifying decisions, and concluding a call.

use entity::value::{
    ApplicationId, ApplicationStatus, CallId, CallStatus, DecisionId, DecisionOutcome, DecisionStatus, NodeKind,
};
use entity::{application, decision};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, sea_query::LockType,
};

use super::{File, load_file};
use crate::application::commands::currency;
use crate::application::lifecycle::Event;
use crate::application::policy::place;
use crate::call::commands::{advance, load_to_run};
use crate::call::lifecycle::status_at;
use crate::error::{Code, Reasons, Refusal};
use crate::evaluation::lifecycle::DecisionEvent;
use crate::evaluation::policy;
use crate::evaluation::queries::visible_decisions;
use crate::fund::rules::not_negative;
use crate::money::{Amount, Money};
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Proposes the outcome for one application. Proposed again before adoption, it replaces the proposal that it names:
/// one that was replaced in the meantime is a `CONFLICT`, and nothing is overwritten.
#[derive(Clone, Debug)]
pub struct ProposeDecision {
    /// The application.
    pub application_id: ApplicationId,
    /// The revision of the proposal that this one replaces; `None` for the first.
    pub revision: Option<i32>,
    /// What it says.
    pub outcome: DecisionOutcome,
    /// Amount granted; zero for a rejection or a distinction without money.
    pub amount: Amount,
    /// A prize or mention that goes with it.
    pub distinction: Option<String>,
    /// Conditions set on the grant.
    pub conditions: String,
    /// Why.
    pub reason: String,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for ProposeDecision {
    type Output = DecisionId;

    async fn run(&self, work: &mut Work) -> Result<DecisionId> {
        let proposed_by = work.actor.require_user()?;
        let file = load_file(work, self.application_id).await?;
        if !policy::may_propose(&work.actor, place(&file.application), &file.organisations) {
            return Err(work.actor.denied());
        }
        let of = decision::Column::ApplicationId.eq(file.application.id);
        let before = decision::Entity::find().filter(of).one(work.txn()).await?;
        let amount_minor = self.check(work, &file, before.as_ref()).await?;
        let mut row = match &before {
            Some(before) => before.clone().into_active_model(),
            None => decision::ActiveModel {
                id: Set(DecisionId::new()),
                ..Default::default()
            },
        };
        row.application_id = Set(file.application.id);
        row.call_id = Set(file.call.id);
        row.outcome = Set(self.outcome);
        row.amount_minor = Set(amount_minor);
        row.distinction = Set(self
            .distinction
            .as_deref()
            .map(|distinction| distinction.trim().to_owned()));
        row.conditions = Set(self.conditions.trim().to_owned());
        row.reason = Set(self.reason.trim().to_owned());
        row.status = Set(DecisionStatus::Proposed);
        row.revision = Set(before.as_ref().map_or(1, |before| before.revision + 1));
        row.proposed_by = Set(proposed_by);
        row.illustrative = Set(self.illustrative.clone());
        let after = if before.is_some() {
            row.update(work.txn()).await?
        } else {
            row.insert(work.txn()).await?
        };
        work.record("decision.propose", subject(after.id), before.as_ref(), &after)
            .await?;
        Ok(after.id)
    }
}

impl ProposeDecision {
    async fn check(&self, work: &Work, file: &File, before: Option<&decision::Model>) -> Result<i64> {
        let currency = currency(work, &file.application).await?;
        let mut reasons = Reasons::none();
        let call = status_at(&file.call, work.now);
        reasons.require(call == CallStatus::UnderEvaluation, || {
            Refusal::state("a call", "un appel à projets", call.as_str(), "PROPOSE_DECISION")
        });
        let status = file.application.status;
        reasons.require(is_decidable(status), || {
            Refusal::state("an application", "un dossier", status.as_str(), "PROPOSE_DECISION")
        });
        let current = before.map(|before| before.revision);
        reasons.require(current == self.revision, || stale(current));
        if let Some(before) = before.filter(|before| before.status != DecisionStatus::Proposed) {
            reasons.push(Refusal::state(
                "a decision",
                "une décision",
                before.status.as_str(),
                "PROPOSE",
            ));
        }
        reasons.text("reason", &self.reason, 5_000);
        reasons.optional_text("conditions", &self.conditions, 5_000);
        if let Some(distinction) = &self.distinction {
            reasons.text("distinction", distinction, 200);
        }
        let read = reasons.keep(not_negative("amount", &self.amount, currency));
        let amount = read.unwrap_or_default();
        let requested = Money::new(file.application.requested_minor, currency);
        reasons.require(amount <= requested.minor, || {
            let (en, fr) = (
                format!("{requested} was requested."),
                format!("{requested} ont été demandés."),
            );
            Refusal::invalid("amount", en, fr).with_money("maximum", requested)
        });
        let consistent = match self.outcome {
            DecisionOutcome::Award => amount > 0 || self.distinction.is_some(),
            DecisionOutcome::Reject => amount == 0 && self.distinction.is_none(),
        };
        // An amount that could not be read has had its reason.
        reasons.require(consistent || read.is_none(), || {
            Refusal::invalid(
                "amount",
                "An award has an amount or a distinction, a rejection has neither.",
                "Une attribution a un montant ou une distinction, un rejet n'a ni l'un ni l'autre.",
            )
        });
        reasons.finish()?;
        Ok(amount)
    }
}

/// Whether a decision can still be made on an application in this state.
pub(super) const fn is_decidable(status: ApplicationStatus) -> bool {
    matches!(
        status,
        ApplicationStatus::UnderEvaluation | ApplicationStatus::Waitlisted
    )
}

/// The proposal is not the one that the caller has read.
pub(super) fn stale(current: Option<i32>) -> Refusal {
    Refusal::new(
        Code::Conflict,
        "Another decision was proposed in the meantime. Read it first.",
        "Une autre décision a été proposée entre-temps. Lisez-la d'abord.",
    )
    .at("revision")
    .with("currentRevision", current)
}

/// Tells the applicant of an adopted decision.
#[derive(Clone, Copy, Debug)]
pub struct NotifyDecision {
    /// The decision.
    pub decision_id: DecisionId,
}

impl Command for NotifyDecision {
    type Output = DecisionId;

    async fn run(&self, work: &mut Work) -> Result<DecisionId> {
        let (file, before) = load_decision(work, self.decision_id).await?;
        if !policy::may_propose(&work.actor, place(&file.application), &file.organisations) {
            return Err(work.actor.denied());
        }
        let status = DecisionEvent::Notify.apply(before.status)?;
        let event = match before.outcome {
            DecisionOutcome::Award => Event::NotifyAward,
            DecisionOutcome::Reject => Event::NotifyRejection,
        };
        let application_status = event.apply(file.application.status)?;
        let mut change = before.clone().into_active_model();
        change.status = Set(status);
        change.notified_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        work.record("decision.notify", subject(after.id), Some(&before), &after)
            .await?;
        let mut change = file.application.clone().into_active_model();
        change.status = Set(application_status);
        change.updated_at = Set(work.now);
        let application = change.update(work.txn()).await?;
        let about = Subject::new(NodeKind::Application, application.id);
        work.record("application.decide", about, Some(&file.application), &application)
            .await?;
        Ok(after.id)
    }
}

/// Concludes a call whose applications all have a notified decision.
#[derive(Clone, Copy, Debug)]
pub struct ConcludeCall {
    /// The call.
    pub call_id: CallId,
}

impl Command for ConcludeCall {
    type Output = CallId;

    async fn run(&self, work: &mut Work) -> Result<CallId> {
        let call = load_to_run(work, self.call_id).await?;
        let pending = application::Entity::find()
            .filter(application::Column::CallId.eq(call.id))
            .filter(application::Column::Status.is_in([
                ApplicationStatus::Submitted,
                ApplicationStatus::ChangesRequested,
                ApplicationStatus::UnderEvaluation,
                ApplicationStatus::Waitlisted,
            ]))
            .count(work.txn())
            .await?;
        if pending > 0 {
            return Err(Refusal::new(
                Code::InvalidState,
                format!("{pending} applications have no notified decision."),
                format!("{pending} dossiers n'ont pas de décision notifiée."),
            )
            .with("pending", pending)
            .into());
        }
        advance(work, &call, crate::call::lifecycle::Event::Conclude, "call.conclude").await
    }
}

/// Loads a decision the actor may see with its application, both locked until the end of the Work, the application
/// first as everywhere.
pub(super) async fn load_decision(work: &Work, id: DecisionId) -> Result<(File, decision::Model)> {
    let visible = || visible_decisions(&work.actor).filter(decision::Column::Id.eq(id));
    let found = visible().one(work.txn()).await?.ok_or(Error::NotFound)?;
    let file = load_file(work, found.application_id).await?;
    let decision = visible()
        .lock(LockType::NoKeyUpdate)
        .one(work.txn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok((file, decision))
}

pub(super) fn subject(id: DecisionId) -> Subject {
    Subject::new(NodeKind::Decision, id)
}
