//! Reads of funds, their programmes and their fiscal years.

use entity::value::{FiscalYearId, FundId, FundStatus, ProgrammeId};
use entity::{call, fiscal_year, fund, programme};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::Query,
};

use super::policy;
use crate::actor::{Place, Places};
use crate::{Actor, Database, Error, Page, Result, Slice, page, text};

fn visible(actor: &Actor) -> Select<fund::Entity> {
    let (funds, calls) = match policy::drafts_seen(actor) {
        Places::All => return fund::Entity::find(),
        Places::Of { funds, calls } => (funds, calls),
    };
    let of_calls = Query::select()
        .column(call::Column::FundId)
        .from(call::Entity)
        .and_where(call::Column::Id.is_in(calls))
        .to_owned();
    fund::Entity::find().filter(
        Condition::any()
            .add(fund::Column::Status.ne(FundStatus::Draft))
            .add(fund::Column::Id.is_in(funds))
            .add(fund::Column::Id.in_subquery(of_calls)),
    )
}

/// A fund the actor may see.
pub async fn fund(db: &Database, actor: &Actor, id: FundId) -> Result<fund::Model> {
    visible(actor)
        .filter(fund::Column::Id.eq(id))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The fund with a code.
pub async fn fund_by_code(db: &Database, actor: &Actor, code: &str) -> Result<fund::Model> {
    visible(actor)
        .filter(text::is(fund::Column::Code, code))
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The funds among these that the actor may see.
pub async fn funds_by_ids(db: &Database, actor: &Actor, ids: &[FundId]) -> Result<Vec<fund::Model>> {
    Ok(visible(actor)
        .filter(fund::Column::Id.is_in(ids.iter().copied()))
        .all(&db.reader)
        .await?)
}

/// A page of the funds the actor may see, oldest first.
pub async fn funds(db: &Database, actor: &Actor, page: Page) -> Result<Slice<fund::Model>> {
    page::load(visible(actor), fund::Column::Id, page, &db.reader).await
}

/// How many funds the actor may see.
pub async fn count_funds(db: &Database, actor: &Actor) -> Result<u64> {
    Ok(visible(actor).count(&db.reader).await?)
}

fn visible_programmes(actor: &Actor) -> Select<programme::Entity> {
    let funds = visible(actor).select_only().column(fund::Column::Id);
    programme::Entity::find().filter(programme::Column::FundId.in_subquery(funds.into_query()))
}

/// A programme of a fund the actor may see.
pub async fn programme(db: &Database, actor: &Actor, id: ProgrammeId) -> Result<programme::Model> {
    programmes_by_ids(db, actor, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The programmes among these whose fund the actor may see.
pub async fn programmes_by_ids(db: &Database, actor: &Actor, ids: &[ProgrammeId]) -> Result<Vec<programme::Model>> {
    let select = visible_programmes(actor).filter(programme::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// A page of the programmes of a fund, oldest first.
pub async fn programmes(db: &Database, actor: &Actor, fund: FundId, page: Page) -> Result<Slice<programme::Model>> {
    let select = visible_programmes(actor).filter(programme::Column::FundId.eq(fund));
    page::load(select, programme::Column::Id, page, &db.reader).await
}

/// How many programmes a fund has.
pub async fn count_programmes(db: &Database, actor: &Actor, fund: FundId) -> Result<u64> {
    Ok(visible_programmes(actor)
        .filter(programme::Column::FundId.eq(fund))
        .count(&db.reader)
        .await?)
}

/// The fiscal years an actor may see: those of funds whose budget they may see.
fn visible_fiscal_years(actor: &Actor) -> Select<fiscal_year::Entity> {
    match policy::budgets_seen(actor) {
        Places::All => fiscal_year::Entity::find(),
        Places::Of { funds, .. } => fiscal_year::Entity::find().filter(fiscal_year::Column::FundId.is_in(funds)),
    }
}

/// Refuses an actor who may not see the fiscal years of a fund.
pub fn check_sees_fiscal_years(actor: &Actor, fund: FundId) -> Result<()> {
    if policy::may_see_budget(actor, Place::Fund(fund)) {
        Ok(())
    } else {
        Err(actor.denied())
    }
}

/// A fiscal year the actor may see.
pub async fn fiscal_year(db: &Database, actor: &Actor, id: FiscalYearId) -> Result<fiscal_year::Model> {
    let select = visible_fiscal_years(actor).filter(fiscal_year::Column::Id.eq(id));
    select.one(&db.reader).await?.ok_or(Error::NotFound)
}

/// The fiscal years of funds that the actor may see, oldest first.
pub async fn fiscal_years_of(db: &Database, actor: &Actor, funds: &[FundId]) -> Result<Vec<fiscal_year::Model>> {
    let select = visible_fiscal_years(actor)
        .filter(fiscal_year::Column::FundId.is_in(funds.iter().copied()))
        .order_by_asc(fiscal_year::Column::Year);
    Ok(select.all(&db.reader).await?)
}
