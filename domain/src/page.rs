//! Keyset paging: a page begins after an identifier, never at an offset, so that it costs the same everywhere.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::Result;

/// Which page of a list. Identifiers are `UUIDv7`, so their order is the order of creation.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only what comes after this one.
    pub after: Option<Uuid>,
    /// Only what comes before this one.
    pub before: Option<Uuid>,
    /// At most so many, from 1 to 100.
    pub limit: u64,
    /// Take them from the end of the list (still answered in list order).
    pub from_end: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            after: None,
            before: None,
            limit: 20,
            from_end: false,
        }
    }
}

impl Page {
    /// The order in which the database finds its items.
    pub(crate) fn order(&self) -> Order {
        if self.from_end { Order::Desc } else { Order::Asc }
    }

    /// How many items to ask for: one more than the page has tells whether there are more.
    pub(crate) fn asked(&self) -> u64 {
        self.limit + 1
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The items, in list order.
    pub items: Vec<T>,
    /// Whether there are more before these.
    pub has_previous: bool,
    /// Whether there are more after these.
    pub has_next: bool,
}

/// Loads a page of a query, in ascending order of its identifier.
pub(crate) async fn load<E, C>(select: Select<E>, id: E::Column, page: Page, db: &C) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send,
    C: ConnectionTrait,
{
    fetch(within(select, id, page, Expr::value), id, page, db).await
}

/// What a query has within the cursors of a page, in the order of a column: `place` is the column's value where a
/// cursor stands.
pub(crate) fn within<E: EntityTrait>(
    mut select: Select<E>,
    column: E::Column,
    page: Page,
    place: impl Fn(Uuid) -> Expr,
) -> Select<E> {
    if let Some(after) = page.after {
        select = select.filter(Expr::col(column.as_column_ref()).gt(place(after)));
    }
    if let Some(before) = page.before {
        select = select.filter(Expr::col(column.as_column_ref()).lt(place(before)));
    }
    select
}

/// The first or the last of what a query has within the cursors of a page, in ascending order of a column.
pub(crate) async fn fetch<E, C>(select: Select<E>, column: E::Column, page: Page, db: &C) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send,
    C: ConnectionTrait,
{
    let select = select.order_by(column, page.order()).limit(page.asked());
    let mut items = select.all(db).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    if page.from_end {
        items.reverse();
        Ok(Slice {
            items,
            has_previous: more,
            has_next: page.before.is_some(),
        })
    } else {
        Ok(Slice {
            items,
            has_previous: page.after.is_some(),
            has_next: more,
        })
    }
}
