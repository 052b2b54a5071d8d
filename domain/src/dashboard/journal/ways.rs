//! Ways to the transfers of an account, of a node, of a kind or of a person, each along an index and in the order of
//! the journal: a page costs what it holds, whatever the length of the journal.

use entity::value::{AccountId, FundId, TransferKind, UserId};
use entity::{budget_entry, transfer};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, Select,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::Page;

/// How to get at the transfers of a list. All of them are in one fund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Along the whole journal of the fund.
    Journal,
    /// Along these ways; along none there is nothing.
    Ways(Vec<Way>),
}

/// A way to some transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To those that take from an account.
    Debits(AccountId),
    /// To those that add to an account.
    Credits(AccountId),
    /// To those that moved the budget of a node.
    Entries(Uuid),
    /// To those of a kind.
    Kind(TransferKind),
    /// To those that a person caused.
    By(UserId),
    /// To those about an object: few, so they are not cut to a page on the way.
    About(Uuid),
}

impl Reach {
    /// The transfers of some accounts.
    pub(super) fn accounts(accounts: impl IntoIterator<Item = AccountId>) -> Self {
        let ways = accounts
            .into_iter()
            .flat_map(|account| [Way::Debits(account), Way::Credits(account)]);
        Self::Ways(ways.collect())
    }

    /// The transfers of a fund that are within reach and meet a condition; each way is cut to the page, if one is
    /// given.
    pub(super) fn select(&self, fund: FundId, condition: &Condition, page: Option<Page>) -> Select<transfer::Entity> {
        let whole = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(fund))
            .filter(condition.clone());
        let Self::Ways(ways) = self else {
            return match page {
                Some(page) => crate::page::within(whole, transfer::Column::Seq, page, |cursor| {
                    place(fund, cursor, &[transfer::Column::Seq])
                }),
                None => whole,
            };
        };
        let mut parts = ways.iter().map(|way| {
            // In parentheses of its own: a part of a UNION has neither order nor limit.
            Query::select()
                .column(transfer::Column::Seq)
                .from_subquery(way.select(fund, condition, page), Alias::new("way"))
                .to_owned()
        });
        match parts.next() {
            None => whole.filter(transfer::Column::Seq.is_in::<i64, _>([])),
            Some(mut seqs) => {
                seqs.unions(parts.map(|part| (UnionType::Distinct, part)));
                whole.filter(transfer::Column::Seq.in_subquery(paged(seqs, fund, page)))
            }
        }
    }
}

/// Cuts what several ways lead to, to one page: each of them may have brought as much.
fn paged(seqs: SelectStatement, fund: FundId, page: Option<Page>) -> SelectStatement {
    let mut paged = Query::select();
    paged
        .column(transfer::Column::Seq)
        .from_subquery(seqs, Alias::new("ways"));
    cut_by_number(&mut paged, fund, page);
    paged
}

impl Way {
    fn select(self, fund: FundId, condition: &Condition, page: Option<Page>) -> SelectStatement {
        use transfer::Column::{CreditAccountId, DebitAccountId, FundId, RecordedAt, Seq, SubjectId};
        let mut select = Query::select();
        select.column((transfer::Entity, Seq)).cond_where(condition.clone());
        match self {
            Self::Debits(account) => {
                select.from(transfer::Entity).and_where(DebitAccountId.eq(account));
                cut(&mut select, fund, (RecordedAt, Seq), page);
            }
            Self::Credits(account) => {
                select.from(transfer::Entity).and_where(CreditAccountId.eq(account));
                cut(&mut select, fund, (RecordedAt, Seq), page);
            }
            Self::Entries(node) => {
                let same = Condition::all()
                    .add(FundId.eq(fund))
                    .add(Expr::col((transfer::Entity, Seq)).equals((budget_entry::Entity, budget_entry::Column::Seq)));
                select
                    .from(budget_entry::Entity)
                    .join(JoinType::InnerJoin, transfer::Entity, same)
                    .and_where(budget_entry::Column::NodeId.eq(node));
                let key = (budget_entry::Column::RecordedAt, budget_entry::Column::Seq);
                cut(&mut select, fund, key, page);
            }
            Self::Kind(kind) => {
                let kind = transfer::Column::Kind.eq(kind);
                select.from(transfer::Entity).and_where(FundId.eq(fund)).and_where(kind);
                cut_by_number(&mut select, fund, page);
            }
            Self::By(person) => {
                let person = transfer::Column::ActorId.eq(person);
                select
                    .from(transfer::Entity)
                    .and_where(FundId.eq(fund))
                    .and_where(person);
                cut_by_number(&mut select, fund, page);
            }
            Self::About(subject) => {
                select.from(transfer::Entity).and_where(SubjectId.eq(subject));
            }
        }
        select
    }
}

/// Cuts a way to a page. Its index is in the order of the instants, and of the journal within one: the order of the
/// journal, which never goes back in time.
fn cut<C: ColumnTrait>(select: &mut SelectStatement, fund: FundId, (at, seq): (C, C), page: Option<Page>) {
    let Some(page) = page else { return };
    let key = || Expr::tuple([at.into_expr(), seq.into_expr()]);
    let place = |cursor| place(fund, cursor, &[transfer::Column::RecordedAt, transfer::Column::Seq]);
    if let Some(after) = page.after {
        select.and_where(key().gt(place(after)));
    }
    if let Some(before) = page.before {
        select.and_where(key().lt(place(before)));
    }
    select
        .order_by(at.as_column_ref(), page.order())
        .order_by(seq.as_column_ref(), page.order())
        .limit(page.asked());
}

/// The same, along an index in the order of the journal alone.
fn cut_by_number(select: &mut SelectStatement, fund: FundId, page: Option<Page>) {
    let Some(page) = page else { return };
    let place = |cursor| place(fund, cursor, &[transfer::Column::Seq]);
    if let Some(after) = page.after {
        select.and_where(Expr::col(transfer::Column::Seq).gt(place(after)));
    }
    if let Some(before) = page.before {
        select.and_where(Expr::col(transfer::Column::Seq).lt(place(before)));
    }
    select.order_by(transfer::Column::Seq, page.order()).limit(page.asked());
}

/// Where the transfer of a cursor stands: nowhere, if it is of another fund.
fn place(fund: FundId, cursor: Uuid, columns: &[transfer::Column]) -> Expr {
    let place = Query::select()
        .columns(columns.iter().copied())
        .from(transfer::Entity)
        .and_where(transfer::Column::Id.eq(cursor))
        .and_where(transfer::Column::FundId.eq(fund))
        .to_owned();
    place.into()
}
