//! Reads of assessments and decisions.
//!
//! An evaluator reads their own assessments, and those of others on the same application only once their own is
//! submitted: until then each judges alone. Staff see who was given what and how far they are; scores and comments they
//! read once submitted. Applicants read no assessment, and their decision only once notified.

use entity::value::{ApplicationId, AssessmentId, AssessmentStatus, CallId, DecisionId, DecisionStatus};
use entity::{application, assessment, criterion_score, decision};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Query, SelectStatement},
};

use super::policy;
use crate::actor::Places;
use crate::{Actor, Database, Error, Page, Result, Slice, page, scope};

/// Applications of these places that the actor is not tied to.
fn untied_within(actor: &Actor, places: &Places) -> SelectStatement {
    Query::select()
        .column(application::Column::Id)
        .from(application::Entity)
        .cond_where(scope::within(
            places,
            application::Column::FundId,
            application::Column::CallId,
        ))
        .cond_where(scope::tied(&actor.organisations()).not())
        .to_owned()
}

/// The assessments an actor may see.
pub(crate) fn visible_assessments(actor: &Actor) -> Select<assessment::Entity> {
    let submitted = assessment::Column::Status.eq(AssessmentStatus::Submitted);
    let done = Query::select()
        .column(assessment::Column::ApplicationId)
        .from(assessment::Entity)
        .and_where(assessment::Column::EvaluatorId.is_in(actor.user_id()))
        .and_where(submitted.clone())
        .to_owned();
    let as_committee = Condition::all()
        .add(assessment::Column::ApplicationId.in_subquery(untied_within(actor, &policy::committees(actor))))
        .add(
            Condition::any()
                .add(assessment::Column::EvaluatorId.is_in(actor.user_id()))
                .add(
                    Condition::all()
                        .add(submitted.clone())
                        .add(assessment::Column::ApplicationId.in_subquery(done)),
                ),
        );
    let followed = untied_within(actor, &policy::assessments_followed(actor));
    let as_staff = assessment::Column::ApplicationId.in_subquery(followed);
    assessment::Entity::find().filter(Condition::any().add(as_committee).add(as_staff))
}

/// An assessment the actor may see. Its comment and total are left out unless they may read them.
pub async fn assessment(db: &Database, actor: &Actor, id: AssessmentId) -> Result<assessment::Model> {
    let select = visible_assessments(actor).filter(assessment::Column::Id.eq(id));
    withhold(db, actor, select.all(&db.reader).await?)
        .await?
        .pop()
        .ok_or(Error::NotFound)
}

/// The assessments of applications that the actor may see, in order of assignment. Comments and totals that they may
/// not read are left out.
pub async fn assessments_of(
    db: &Database,
    actor: &Actor,
    applications: &[ApplicationId],
) -> Result<Vec<assessment::Model>> {
    let select = visible_assessments(actor)
        .filter(assessment::Column::ApplicationId.is_in(applications.iter().copied()))
        .order_by_asc(assessment::Column::Id);
    withhold(db, actor, select.all(&db.reader).await?).await
}

/// Which of these applications the actor has still to judge.
async fn pending(db: &Database, actor: &Actor, applications: &[ApplicationId]) -> Result<Vec<ApplicationId>> {
    let select = assessment::Entity::find()
        .select_only()
        .column(assessment::Column::ApplicationId)
        .filter(assessment::Column::ApplicationId.is_in(applications.iter().copied()))
        .filter(assessment::Column::EvaluatorId.is_in(actor.user_id()))
        .filter(assessment::Column::Status.is_in([AssessmentStatus::Assigned, AssessmentStatus::Draft]));
    Ok(select.into_tuple().all(&db.reader).await?)
}

/// Leaves out what the actor may not read yet.
async fn withhold(db: &Database, actor: &Actor, rows: Vec<assessment::Model>) -> Result<Vec<assessment::Model>> {
    let applications: Vec<ApplicationId> = rows.iter().map(|row| row.application_id).collect();
    let pending = pending(db, actor, &applications).await?;
    let read = |mut row: assessment::Model| {
        if !policy::may_read(actor, &row, pending.contains(&row.application_id)) {
            row.comment.clear();
            row.total_centi = None;
        }
        row
    };
    Ok(rows.into_iter().map(read).collect())
}

fn own(actor: &Actor) -> Select<assessment::Entity> {
    visible_assessments(actor).filter(assessment::Column::EvaluatorId.is_in(actor.user_id()))
}

/// A page of the actor's own assessments, in order of assignment.
pub async fn own_assessments(db: &Database, actor: &Actor, page: Page) -> Result<Slice<assessment::Model>> {
    page::load(own(actor), assessment::Column::Id, page, &db.reader).await
}

/// How many assessments the actor has been given.
pub async fn count_own_assessments(db: &Database, actor: &Actor) -> Result<u64> {
    Ok(own(actor).count(&db.reader).await?)
}

/// The scores of assessments that the actor may read.
pub async fn scores_of(
    db: &Database,
    actor: &Actor,
    assessments: &[AssessmentId],
) -> Result<Vec<criterion_score::Model>> {
    let rows = visible_assessments(actor).filter(assessment::Column::Id.is_in(assessments.iter().copied()));
    let rows = rows.all(&db.reader).await?;
    let applications: Vec<ApplicationId> = rows.iter().map(|row| row.application_id).collect();
    let pending = pending(db, actor, &applications).await?;
    let readable = rows
        .iter()
        .filter(|row| policy::may_read(actor, row, pending.contains(&row.application_id)));
    let select =
        criterion_score::Entity::find().filter(criterion_score::Column::AssessmentId.is_in(readable.map(|row| row.id)));
    Ok(select.all(&db.reader).await?)
}

/// The decisions an actor may see: all of them where their role reads decisions, and the notified ones of their
/// organisations.
pub(crate) fn visible_decisions(actor: &Actor) -> Select<decision::Entity> {
    let tied = Query::select()
        .column(application::Column::Id)
        .from(application::Entity)
        .cond_where(scope::tied(&actor.organisations()))
        .to_owned();
    let notified = Condition::all()
        .add(decision::Column::Status.eq(DecisionStatus::Notified))
        .add(decision::Column::ApplicationId.in_subquery(tied));
    let read = untied_within(actor, &policy::decisions_read(actor));
    decision::Entity::find().filter(
        Condition::any()
            .add(decision::Column::ApplicationId.in_subquery(read))
            .add(notified),
    )
}

/// A decision the actor may see.
pub async fn decision(db: &Database, actor: &Actor, id: DecisionId) -> Result<decision::Model> {
    visible_decisions(actor)
        .filter(decision::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The decisions of applications that the actor may see.
pub async fn decisions_of(
    db: &Database,
    actor: &Actor,
    applications: &[ApplicationId],
) -> Result<Vec<decision::Model>> {
    let select = visible_decisions(actor).filter(decision::Column::ApplicationId.is_in(applications.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// A page of the decisions of a call that the actor may see.
pub async fn decisions(db: &Database, actor: &Actor, call: CallId, page: Page) -> Result<Slice<decision::Model>> {
    let select = visible_decisions(actor).filter(decision::Column::CallId.eq(call));
    page::load(select, decision::Column::Id, page, &db.reader).await
}

/// How many decisions of a call the actor may see.
pub async fn count_decisions(db: &Database, actor: &Actor, call: CallId) -> Result<u64> {
    Ok(visible_decisions(actor)
        .filter(decision::Column::CallId.eq(call))
        .count(&db.reader)
        .await?)
}
