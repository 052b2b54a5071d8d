//! Reads of accounts, and of what they held at an instant.

use std::collections::HashMap;

use entity::value::{AccountId, AccountKind, Book, FundId, Instant};
use entity::{account, transfer};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, CaseStatement, Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{authorise, readable};
use crate::dashboard::queries::{is_unsettled, past, settle};
use crate::{Actor, Database, Error, Page, Result, Slice, page};

/// Which accounts to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of a book.
    pub book: Option<Book>,
    /// Only those of a kind.
    pub kind: Option<AccountKind>,
    /// Only those that belong to this fund, programme, call or award itself.
    pub owner: Option<Uuid>,
    /// Only those of payment credits of a year.
    pub fiscal_year: Option<i32>,
}

/// An account of a journal the actor may read.
pub async fn account(db: &Database, actor: &Actor, id: AccountId) -> Result<account::Model> {
    accounts_by_ids(db, actor, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The accounts among these whose journal the actor may read.
pub async fn accounts_by_ids(db: &Database, actor: &Actor, ids: &[AccountId]) -> Result<Vec<account::Model>> {
    let select = visible(actor).filter(account::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

pub(super) fn visible(actor: &Actor) -> Select<account::Entity> {
    account::Entity::find().filter(readable(actor, account::Column::FundId))
}

/// A page of the accounts of a fund, in the order of the first transfers that touched them. `NOT_FOUND` when the actor
/// may not see the fund, `FORBIDDEN` when they may see it and not read its journal.
pub async fn accounts(
    db: &Database,
    actor: &Actor,
    fund: FundId,
    filter: Filter,
    page: Page,
) -> Result<Slice<account::Model>> {
    authorise(db, actor, fund).await?;
    page::load(filtered(fund, filter), account::Column::Id, page, &db.reader).await
}

/// How many accounts of a fund there are.
pub async fn count_accounts(db: &Database, actor: &Actor, fund: FundId, filter: Filter) -> Result<u64> {
    authorise(db, actor, fund).await?;
    Ok(filtered(fund, filter).count(&db.reader).await?)
}

fn filtered(fund: FundId, filter: Filter) -> Select<account::Entity> {
    use account::Column::{FiscalYear, Kind, OwnerId};
    let asked = Condition::all()
        .add(account::Column::FundId.eq(fund))
        .add_option(filter.book.map(|book| account::Column::Book.eq(book)))
        .add_option(filter.kind.map(|kind| Kind.eq(kind)))
        .add_option(filter.owner.map(|owner| OwnerId.eq(owner)))
        .add_option(filter.fiscal_year.map(|year| FiscalYear.eq(year)));
    account::Entity::find().filter(asked)
}

/// What accounts held at an instant, in minor units, as far as the actor may read their journal. An account that no
/// transfer had touched by then held nothing, and is left out.
pub async fn balances_at(
    db: &Database,
    actor: &Actor,
    ids: &[AccountId],
    at: Instant,
) -> Result<HashMap<AccountId, i64>> {
    let at = past(db, "asOf", at)?;
    if is_unsettled(db, at) {
        let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied()));
        let funds = accounts.select_only().column(account::Column::FundId).distinct();
        for fund in funds.into_tuple::<FundId>().all(&db.reader).await? {
            settle(db, fund, at).await?;
        }
    }
    let accounts = readable(actor, account::Column::FundId).add(account::Column::Id.is_in(ids.iter().copied()));
    let held = held(accounts, Some(at), &db.reader).await?;
    Ok(held.into_iter().map(|held| (held.id, held.balance_minor)).collect())
}

/// What an account holds.
#[derive(Debug, FromQueryResult)]
pub(super) struct Held {
    pub(super) id: AccountId,
    pub(super) owner_id: Uuid,
    pub(super) kind: AccountKind,
    pub(super) fiscal_year: i32,
    pub(super) balance_minor: i64,
}

/// What accounts hold now, or held at an instant: those that a transfer had touched by then.
///
/// Each transfer tells what it left on either side: the last one of an account is found by one seek on each of two
/// indexes.
pub(super) async fn held<C: ConnectionTrait>(accounts: Condition, as_of: Option<Instant>, db: &C) -> Result<Vec<Held>> {
    let select = holdings(accounts, as_of);
    Ok(select.into_model::<Held>().all(db).await?)
}

pub(super) fn holdings(accounts: Condition, as_of: Option<Instant>) -> Select<account::Entity> {
    use account::Column::{CreditsMinor, DebitsMinor, FiscalYear, FundId, Id, Kind, OwnerId};
    let mut select = account::Entity::find()
        .select_only()
        .columns([Id, OwnerId, Kind, FiscalYear])
        .filter(accounts);
    let Some(at) = as_of else {
        let balance = Expr::col((account::Entity, CreditsMinor)).sub(Expr::col((account::Entity, DebitsMinor)));
        return select.column_as(balance, "balance_minor");
    };
    let sides = last(transfer::Column::DebitAccountId, at)
        .union(UnionType::All, last(transfer::Column::CreditAccountId, at))
        .to_owned();
    let last = Query::select()
        .expr(Expr::col(transfer::Column::Seq).max())
        .from_subquery(sides, Alias::new("sides"))
        .to_owned();
    let column = |column: transfer::Column| Expr::col((transfer::Entity, column));
    let of_account = Condition::all()
        .add(column(transfer::Column::FundId).equals((account::Entity, FundId)))
        .add(column(transfer::Column::Seq).eq(last));
    let debited = column(transfer::Column::DebitAccountId).equals((account::Entity, Id));
    let left = CaseStatement::new()
        .case(debited, column(transfer::Column::DebitBalanceMinor))
        .finally(column(transfer::Column::CreditBalanceMinor));
    QueryTrait::query(&mut select).join(JoinType::InnerJoin, transfer::Entity, of_account);
    select.column_as(Expr::Case(Box::new(left)), "balance_minor")
}

/// The number of the last transfer on one side of the account at hand, recorded by an instant.
fn last(side: transfer::Column, at: Instant) -> SelectStatement {
    let last = Query::select()
        .column(transfer::Column::Seq)
        .from(transfer::Entity)
        .and_where(Expr::col((transfer::Entity, side)).equals((account::Entity, account::Column::Id)))
        .and_where(transfer::Column::RecordedAt.lte(at))
        .order_by(transfer::Column::RecordedAt, Order::Desc)
        .order_by(transfer::Column::Seq, Order::Desc)
        .limit(1)
        .to_owned();
    // In parentheses of its own: a part of a UNION has neither order nor limit.
    Query::select()
        .column(transfer::Column::Seq)
        .from_subquery(last, Alias::new("side"))
        .to_owned()
}
