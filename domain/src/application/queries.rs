//! Reads of applications. Each starts from [`visible`], so that no path goes round the policy.

use entity::value::{ApplicationId, ApplicationStatus, AssessmentStatus, CallId, FundId, OrganisationId, SubmissionId};
use entity::{application, assessment, call, partner, submission};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, sea_query::Query,
};

use super::policy;
use crate::{Actor, Database, Error, Page, Result, Slice, page, scope};

/// Which applications to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of a call.
    pub call: Option<CallId>,
    /// Only those of a fund.
    pub fund: Option<FundId>,
    /// Only those led by an organisation.
    pub organisation: Option<OrganisationId>,
    /// Only those in this state.
    pub status: Option<ApplicationStatus>,
}

/// The applications an actor may see.
pub(crate) fn visible(actor: &Actor) -> Select<application::Entity> {
    let reach = policy::reach(actor);
    let tied = scope::tied(&reach.organisations);
    let assigned = Query::select()
        .column(assessment::Column::ApplicationId)
        .from(assessment::Entity)
        .and_where(assessment::Column::EvaluatorId.is_in(actor.user_id()))
        .and_where(assessment::Column::Status.ne(AssessmentStatus::Declined))
        .to_owned();
    let as_evaluator = Condition::all()
        .add(scope::within(
            &reach.committee,
            application::Column::FundId,
            application::Column::CallId,
        ))
        .add(application::Column::Id.in_subquery(assigned));
    let by_role = Condition::any()
        .add(scope::within(
            &reach.staff,
            application::Column::FundId,
            application::Column::CallId,
        ))
        .add(as_evaluator);
    let submitted_and_untied = Condition::all()
        .add(application::Column::Status.ne(ApplicationStatus::Draft))
        .add(tied.clone().not())
        .add(by_role);
    application::Entity::find().filter(Condition::any().add(tied).add(submitted_and_untied))
}

/// The identifiers of the applications an actor may see, for conditions on what belongs to them.
pub(crate) fn visible_ids(actor: &Actor) -> sea_orm::sea_query::SelectStatement {
    visible(actor)
        .select_only()
        .column(application::Column::Id)
        .into_query()
}

fn filtered(actor: &Actor, filter: Filter) -> Select<application::Entity> {
    let mut select = visible(actor);
    if let Some(call) = filter.call {
        select = select.filter(application::Column::CallId.eq(call));
    }
    if let Some(fund) = filter.fund {
        select = select.filter(application::Column::FundId.eq(fund));
    }
    if let Some(organisation) = filter.organisation {
        select = select.filter(application::Column::OrganisationId.eq(organisation));
    }
    if let Some(status) = filter.status {
        select = select.filter(application::Column::Status.eq(status));
    }
    select
}

/// An application the actor may see.
pub async fn application(db: &Database, actor: &Actor, id: ApplicationId) -> Result<application::Model> {
    visible(actor)
        .filter(application::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The applications among these that the actor may see.
pub async fn applications_by_ids(
    db: &Database,
    actor: &Actor,
    ids: &[ApplicationId],
) -> Result<Vec<application::Model>> {
    let select = visible(actor).filter(application::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// A page of the applications the actor may see, oldest first.
pub async fn applications(
    db: &Database,
    actor: &Actor,
    filter: Filter,
    page: Page,
) -> Result<Slice<application::Model>> {
    page::load(filtered(actor, filter), application::Column::Id, page, &db.reader).await
}

/// How many applications the actor may see.
pub async fn count_applications(db: &Database, actor: &Actor, filter: Filter) -> Result<u64> {
    Ok(filtered(actor, filter).count(&db.reader).await?)
}

/// The partners of applications the actor may see.
pub async fn partners_of(db: &Database, actor: &Actor, applications: &[ApplicationId]) -> Result<Vec<partner::Model>> {
    let select = partner::Entity::find()
        .filter(partner::Column::ApplicationId.is_in(applications.iter().copied()))
        .filter(partner::Column::ApplicationId.in_subquery(visible_ids(actor)))
        .order_by_asc(partner::Column::Id);
    Ok(select.all(&db.reader).await?)
}

fn visible_submissions(actor: &Actor) -> Select<submission::Entity> {
    submission::Entity::find().filter(submission::Column::ApplicationId.in_subquery(visible_ids(actor)))
}

/// A submission of an application the actor may see.
pub async fn submission(db: &Database, actor: &Actor, id: SubmissionId) -> Result<submission::Model> {
    visible_submissions(actor)
        .filter(submission::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The submissions of applications the actor may see, oldest first.
pub async fn submissions_of(
    db: &Database,
    actor: &Actor,
    applications: &[ApplicationId],
) -> Result<Vec<submission::Model>> {
    let select = visible_submissions(actor)
        .filter(submission::Column::ApplicationId.is_in(applications.iter().copied()))
        .order_by_asc(submission::Column::Id);
    Ok(select.all(&db.reader).await?)
}

/// The lead organisation of an application and its partners'.
pub(crate) async fn organisations<C: ConnectionTrait>(
    db: &C,
    application: &application::Model,
) -> Result<Vec<OrganisationId>> {
    let partners = partner::Entity::find()
        .filter(partner::Column::ApplicationId.eq(application.id))
        .all(db)
        .await?;
    Ok(std::iter::once(application.organisation_id)
        .chain(partners.iter().map(|partner| partner.organisation_id))
        .collect())
}

/// The call of an application, whatever its state.
pub(crate) async fn call_of<C: ConnectionTrait>(db: &C, application: &application::Model) -> Result<call::Model> {
    call::Entity::find_by_id(application.call_id)
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}
