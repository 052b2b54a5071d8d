//! Reads of calls, with their lots and criteria.

use entity::value::{CallId, CallStatus, CriterionId, FundId, Instant, LotId, ProgrammeId};
use entity::{call, criterion, lot};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::SelectStatement,
};

use super::policy;
use crate::{Actor, Database, Error, Page, Result, Slice, page, scope, text};

/// Which calls to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of a fund.
    pub fund: Option<FundId>,
    /// Only those of a programme.
    pub programme: Option<ProgrammeId>,
    /// Only those in this state now.
    pub status: Option<CallStatus>,
}

/// The calls an actor may see: the published ones, and those in preparation where they hold a role.
pub(crate) fn visible(actor: &Actor) -> Select<call::Entity> {
    let drafts = scope::within(&policy::drafts_seen(actor), call::Column::FundId, call::Column::Id);
    call::Entity::find().filter(
        Condition::any()
            .add(call::Column::Status.ne(CallStatus::Draft))
            .add(drafts),
    )
}

fn filtered(actor: &Actor, filter: Filter, now: Instant) -> Select<call::Entity> {
    let mut select = visible(actor);
    if let Some(fund) = filter.fund {
        select = select.filter(call::Column::FundId.eq(fund));
    }
    if let Some(programme) = filter.programme {
        select = select.filter(call::Column::ProgrammeId.eq(programme));
    }
    match filter.status {
        Some(status) => select.filter(in_state(status, now)),
        None => select,
    }
}

/// The same as [`super::lifecycle::status_at`], for the database.
fn in_state(status: CallStatus, now: Instant) -> Condition {
    let published = Condition::all().add(call::Column::Status.eq(CallStatus::Scheduled));
    match status {
        CallStatus::Scheduled => published.add(call::Column::OpensAt.gt(now)),
        CallStatus::Open => {
            let not_closed = Condition::any()
                .add(call::Column::ClosesAt.is_null())
                .add(call::Column::ClosesAt.gt(now));
            published.add(call::Column::OpensAt.lte(now)).add(not_closed)
        }
        CallStatus::Closed => published.add(call::Column::ClosesAt.lte(now)),
        CallStatus::Draft
        | CallStatus::UnderEvaluation
        | CallStatus::Decided
        | CallStatus::Archived
        | CallStatus::Cancelled => Condition::all().add(call::Column::Status.eq(status)),
    }
}

/// A call the actor may see.
pub async fn call(db: &Database, actor: &Actor, id: CallId) -> Result<call::Model> {
    visible(actor)
        .filter(call::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The call with a code.
pub async fn call_by_code(db: &Database, actor: &Actor, code: &str) -> Result<call::Model> {
    visible(actor)
        .filter(text::is(call::Column::Code, code))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The calls among these that the actor may see.
pub async fn calls_by_ids(db: &Database, actor: &Actor, ids: &[CallId]) -> Result<Vec<call::Model>> {
    Ok(visible(actor)
        .filter(call::Column::Id.is_in(ids.iter().copied()))
        .all(&db.reader)
        .await?)
}

/// A page of the calls the actor may see, oldest first.
pub async fn calls(db: &Database, actor: &Actor, filter: Filter, page: Page) -> Result<Slice<call::Model>> {
    page::load(
        filtered(actor, filter, db.clock().now()),
        call::Column::Id,
        page,
        &db.reader,
    )
    .await
}

/// How many calls the actor may see.
pub async fn count_calls(db: &Database, actor: &Actor, filter: Filter) -> Result<u64> {
    Ok(filtered(actor, filter, db.clock().now()).count(&db.reader).await?)
}

/// The lots of calls that have been loaded for the actor, in order.
pub async fn lots_of(db: &Database, calls: &[CallId]) -> Result<Vec<lot::Model>> {
    let select = lot::Entity::find().filter(lot::Column::CallId.is_in(calls.iter().copied()));
    Ok(select.order_by_asc(lot::Column::Position).all(&db.reader).await?)
}

fn visible_ids(actor: &Actor) -> SelectStatement {
    visible(actor).select_only().column(call::Column::Id).into_query()
}

/// The lots among these whose call the actor may see.
pub async fn lots_by_ids(db: &Database, actor: &Actor, ids: &[LotId]) -> Result<Vec<lot::Model>> {
    let select = lot::Entity::find()
        .filter(lot::Column::Id.is_in(ids.iter().copied()))
        .filter(lot::Column::CallId.in_subquery(visible_ids(actor)));
    Ok(select.all(&db.reader).await?)
}

/// The criteria among these whose call the actor may see.
pub async fn criteria_by_ids(db: &Database, actor: &Actor, ids: &[CriterionId]) -> Result<Vec<criterion::Model>> {
    let select = criterion::Entity::find()
        .filter(criterion::Column::Id.is_in(ids.iter().copied()))
        .filter(criterion::Column::CallId.in_subquery(visible_ids(actor)));
    Ok(select.all(&db.reader).await?)
}

/// The criteria of calls that have been loaded for the actor, in order.
pub async fn criteria_of(db: &Database, calls: &[CallId]) -> Result<Vec<criterion::Model>> {
    let select = criterion::Entity::find().filter(criterion::Column::CallId.is_in(calls.iter().copied()));
    Ok(select.order_by_asc(criterion::Column::Position).all(&db.reader).await?)
}
