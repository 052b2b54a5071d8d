//! Keyset paging: a page begins after an identifier, never at an offset, so that it costs the same everywhere.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Statement, Value,
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
    let statement = with_sizes(select.build(db.get_database_backend()));
    let mut items = E::find().from_raw_sql(statement).all(db).await?;
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

/// Writes the sizes of pages into a statement for PostgreSQL; a builder of statements makes parameters of them.
///
/// Of a page whose size is a parameter PostgreSQL knows nothing when it makes a plan to be used again. It takes it for
/// a tenth of all there is, so that to plan anew each time, for the size at hand, looks cheaper the more there is: a
/// few statements would spend more time on plans than on rows. The parameters stay, used by nobody, so that the others
/// keep their numbers.
fn with_sizes(mut statement: Statement) -> Statement {
    const LIMIT: &str = " LIMIT $";
    if statement.db_backend != DbBackend::Postgres {
        return statement;
    }
    let values = statement
        .values
        .as_ref()
        .map(|values| values.0.as_slice())
        .unwrap_or_default();
    let mut parts = statement.sql.split(LIMIT);
    let mut sql = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let value = number
            .parse()
            .ok()
            .and_then(|number: usize| values.get(number.checked_sub(1)?));
        match value {
            Some(Value::BigUnsigned(Some(size))) => sql.extend([" LIMIT ", &size.to_string()]),
            _ => sql.extend([LIMIT, number]),
        }
        sql.push_str(rest);
    }
    statement.sql = sql;
    statement
}

#[cfg(test)]
mod tests {
    use entity::fund;
    use sea_orm::sea_query::Query;

    use super::*;

    fn statement(backend: DbBackend) -> Statement {
        let first = Query::select()
            .column(fund::Column::Id)
            .from(fund::Entity)
            .and_where(fund::Column::Code.eq("a LIMIT $1"))
            .limit(21)
            .to_owned();
        let select = fund::Entity::find()
            .filter(fund::Column::Id.in_subquery(first))
            .limit(7);
        with_sizes(select.filter(fund::Column::Name.eq("b")).build(backend))
    }

    #[test]
    fn a_page_for_postgresql_says_its_size_and_leaves_the_numbers_of_the_parameters_alone() {
        let statement = statement(DbBackend::Postgres);
        assert!(statement.sql.contains(r#""code" = $1 LIMIT 21)"#), "{}", statement.sql);
        assert!(statement.sql.ends_with(r#""name" = $3 LIMIT 7"#), "{}", statement.sql);
        assert_eq!(statement.values.map(|values| values.0.len()), Some(4));
    }

    #[test]
    fn a_page_for_sqlite_has_its_size_as_a_parameter() {
        let statement = statement(DbBackend::Sqlite);
        assert!(statement.sql.ends_with("LIMIT ?"), "{}", statement.sql);
    }
}
