//! Publishing a call and starting its evaluation.

use entity::value::{CallId, FundStatus, NodeKind};
use entity::{call, fund};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::LockType,
};

use crate::call::lifecycle::{Event, status_at};
use crate::call::{policy, queries, rules};
use crate::error::{Code, Refusal};
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Makes a call public; it opens and closes by its dates.
#[derive(Clone, Copy, Debug)]
pub struct PublishCall {
    /// The call.
    pub call_id: CallId,
}

impl Command for PublishCall {
    type Output = CallId;

    async fn run(&self, work: &mut Work) -> Result<CallId> {
        let call = load_to_run(work, self.call_id).await?;
        let fund = fund::Entity::find_by_id(call.fund_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        if fund.status != FundStatus::Active {
            return Err(Refusal::state("a fund", "un fonds", fund.status.as_str(), "PUBLISH_CALL").into());
        }
        if call.closes_at.is_some_and(|closes_at| closes_at <= work.now) {
            return Err(Refusal::invalid(
                "callId",
                "The call would be over before it is published.",
                "L'appel à projets serait clos avant d'être publié.",
            )
            .into());
        }
        advance(work, &call, Event::Publish, "call.publish").await
    }
}

/// Hands a call to its committee: one whose deadline has passed, or a rolling one, which takes no application after.
#[derive(Clone, Copy, Debug)]
pub struct StartEvaluation {
    /// The call.
    pub call_id: CallId,
}

impl Command for StartEvaluation {
    type Output = CallId;

    async fn run(&self, work: &mut Work) -> Result<CallId> {
        let call = load_to_run(work, self.call_id).await?;
        if let Some(deadline) = rules::deadline(&call).filter(|deadline| work.now < *deadline) {
            let refusal = Refusal::new(
                Code::InvalidState,
                "The call takes submissions until its deadline, grace included.",
                "L'appel à projets reçoit des dossiers jusqu'à sa date limite, tolérance comprise.",
            );
            return Err(refusal.with_instant("deadline", deadline).into());
        }
        advance(work, &call, Event::StartEvaluation, "call.start_evaluation").await
    }
}

/// Loads a call that the actor may run, locked until the end of the Work.
pub(crate) async fn load_to_run(work: &Work, id: CallId) -> Result<call::Model> {
    let select = queries::visible(&work.actor)
        .filter(call::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    let call = select.one(work.txn()).await?.ok_or(Error::NotFound)?;
    if policy::may_run(&work.actor, &call) {
        Ok(call)
    } else {
        Err(work.actor.denied())
    }
}

/// Moves a call to its next state.
pub(crate) async fn advance(work: &mut Work, call: &call::Model, event: Event, action: &str) -> Result<CallId> {
    let status = event.apply(status_at(call, work.now))?;
    let mut change = call.clone().into_active_model();
    change.status = Set(status);
    let after = change.update(work.txn()).await?;
    work.record(action, Subject::new(NodeKind::Call, call.id), Some(call), &after)
        .await?;
    Ok(call.id)
}
