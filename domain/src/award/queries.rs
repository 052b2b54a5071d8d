//! Reads of awards and what hangs from them. Each starts from [`visible`], so that no path goes round the policy.

use entity::value::{
    AgreementId, ApplicationId, AwardId, AwardStatus, CallId, DecisionStatus, FundId, InstalmentId, PaymentRequestId,
    RecoveryId,
};
use entity::{agreement, application, award, decision, instalment, payment_request, recovery};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Query, SelectStatement},
};

use super::policy;
use crate::{Actor, Database, Error, Page, Result, Slice, page, scope};

/// Which awards to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of a call.
    pub call: Option<CallId>,
    /// Only those of a fund.
    pub fund: Option<FundId>,
    /// Only those in this state.
    pub status: Option<AwardStatus>,
}

/// The awards an actor may see: where their role reads awards and they are not tied, and those of their organisations
/// once notified.
pub(crate) fn visible(actor: &Actor) -> Select<award::Entity> {
    let tied = Query::select()
        .column(application::Column::Id)
        .from(application::Entity)
        .cond_where(scope::tied(&actor.organisations()))
        .to_owned();
    let notified = Query::select()
        .column(decision::Column::Id)
        .from(decision::Entity)
        .and_where(decision::Column::Status.eq(DecisionStatus::Notified))
        .to_owned();
    let as_beneficiary = Condition::all()
        .add(award::Column::ApplicationId.in_subquery(tied.clone()))
        .add(award::Column::DecisionId.in_subquery(notified));
    let as_reader = Condition::all()
        .add(scope::within(
            &policy::awards_read(actor),
            award::Column::FundId,
            award::Column::CallId,
        ))
        .add(award::Column::ApplicationId.not_in_subquery(tied));
    award::Entity::find().filter(Condition::any().add(as_beneficiary).add(as_reader))
}

fn visible_ids(actor: &Actor) -> SelectStatement {
    visible(actor).select_only().column(award::Column::Id).into_query()
}

fn filtered(actor: &Actor, filter: Filter) -> Select<award::Entity> {
    let mut select = visible(actor);
    if let Some(call) = filter.call {
        select = select.filter(award::Column::CallId.eq(call));
    }
    if let Some(fund) = filter.fund {
        select = select.filter(award::Column::FundId.eq(fund));
    }
    if let Some(status) = filter.status {
        select = select.filter(award::Column::Status.eq(status));
    }
    select
}

/// An award the actor may see.
pub async fn award(db: &Database, actor: &Actor, id: AwardId) -> Result<award::Model> {
    visible(actor)
        .filter(award::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The awards among these that the actor may see.
pub async fn awards_by_ids(db: &Database, actor: &Actor, ids: &[AwardId]) -> Result<Vec<award::Model>> {
    Ok(visible(actor)
        .filter(award::Column::Id.is_in(ids.iter().copied()))
        .all(&db.reader)
        .await?)
}

/// The awards of applications that the actor may see.
pub async fn awards_of(db: &Database, actor: &Actor, applications: &[ApplicationId]) -> Result<Vec<award::Model>> {
    let select = visible(actor).filter(award::Column::ApplicationId.is_in(applications.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// A page of the awards the actor may see, oldest first.
pub async fn awards(db: &Database, actor: &Actor, filter: Filter, page: Page) -> Result<Slice<award::Model>> {
    page::load(filtered(actor, filter), award::Column::Id, page, &db.reader).await
}

/// How many awards the actor may see.
pub async fn count_awards(db: &Database, actor: &Actor, filter: Filter) -> Result<u64> {
    Ok(filtered(actor, filter).count(&db.reader).await?)
}

/// An agreement of an award the actor may see.
pub async fn agreement(db: &Database, actor: &Actor, id: AgreementId) -> Result<agreement::Model> {
    let select = agreement::Entity::find_by_id(id).filter(agreement::Column::AwardId.in_subquery(visible_ids(actor)));
    select.one(&db.reader).await?.ok_or(Error::NotFound)
}

/// The agreements of awards that the actor may see, latest version last.
pub async fn agreements_of(db: &Database, actor: &Actor, awards: &[AwardId]) -> Result<Vec<agreement::Model>> {
    let select = agreement::Entity::find()
        .filter(agreement::Column::AwardId.is_in(awards.iter().copied()))
        .filter(agreement::Column::AwardId.in_subquery(visible_ids(actor)))
        .order_by_asc(agreement::Column::Version);
    Ok(select.all(&db.reader).await?)
}

/// The instalments of awards an actor may see.
pub(crate) fn visible_instalments(actor: &Actor) -> Select<instalment::Entity> {
    instalment::Entity::find().filter(instalment::Column::AwardId.in_subquery(visible_ids(actor)))
}

/// An instalment of an award the actor may see.
pub async fn instalment(db: &Database, actor: &Actor, id: InstalmentId) -> Result<instalment::Model> {
    visible_instalments(actor)
        .filter(instalment::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The instalments of awards that the actor may see, in order.
pub async fn instalments_of(db: &Database, actor: &Actor, awards: &[AwardId]) -> Result<Vec<instalment::Model>> {
    let select = visible_instalments(actor)
        .filter(instalment::Column::AwardId.is_in(awards.iter().copied()))
        .order_by_asc(instalment::Column::Number);
    Ok(select.all(&db.reader).await?)
}

/// The payment requests an actor may see.
pub(crate) fn visible_payment_requests(actor: &Actor) -> Select<payment_request::Entity> {
    payment_request::Entity::find().filter(payment_request::Column::AwardId.in_subquery(visible_ids(actor)))
}

/// A payment request the actor may see.
pub async fn payment_request(db: &Database, actor: &Actor, id: PaymentRequestId) -> Result<payment_request::Model> {
    let select = visible_payment_requests(actor).filter(payment_request::Column::Id.eq(id));
    select.one(&db.reader).await?.ok_or(Error::NotFound)
}

/// The payment requests among these that the actor may see.
pub async fn payment_requests_by_ids(
    db: &Database,
    actor: &Actor,
    ids: &[PaymentRequestId],
) -> Result<Vec<payment_request::Model>> {
    let ids = payment_request::Column::Id.is_in(ids.iter().copied());
    Ok(visible_payment_requests(actor).filter(ids).all(&db.reader).await?)
}

/// The payment requests of instalments that the actor may see, oldest first.
pub async fn payment_requests_of(
    db: &Database,
    actor: &Actor,
    instalments: &[InstalmentId],
) -> Result<Vec<payment_request::Model>> {
    let select = visible_payment_requests(actor)
        .filter(payment_request::Column::InstalmentId.is_in(instalments.iter().copied()))
        .order_by_asc(payment_request::Column::Id);
    Ok(select.all(&db.reader).await?)
}

/// The recoveries an actor may see.
pub(crate) fn visible_recoveries(actor: &Actor) -> Select<recovery::Entity> {
    recovery::Entity::find().filter(recovery::Column::AwardId.in_subquery(visible_ids(actor)))
}

/// A recovery on an award the actor may see.
pub async fn recovery(db: &Database, actor: &Actor, id: RecoveryId) -> Result<recovery::Model> {
    let select = visible_recoveries(actor).filter(recovery::Column::Id.eq(id));
    select.one(&db.reader).await?.ok_or(Error::NotFound)
}

/// The recoveries among these that the actor may see.
pub async fn recoveries_by_ids(db: &Database, actor: &Actor, ids: &[RecoveryId]) -> Result<Vec<recovery::Model>> {
    let ids = recovery::Column::Id.is_in(ids.iter().copied());
    Ok(visible_recoveries(actor).filter(ids).all(&db.reader).await?)
}

/// The recoveries on awards that the actor may see, oldest first.
pub async fn recoveries_of(db: &Database, actor: &Actor, awards: &[AwardId]) -> Result<Vec<recovery::Model>> {
    let select = visible_recoveries(actor)
        .filter(recovery::Column::AwardId.is_in(awards.iter().copied()))
        .order_by_asc(recovery::Column::Id);
    Ok(select.all(&db.reader).await?)
}
