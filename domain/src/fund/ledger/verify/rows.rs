//! Reading rows of which somebody may have made nonsense: what cannot be read is a fault, not the end.

use sea_orm::{
    DbErr, EntityTrait, Iterable, PaginatorTrait, PrimaryKeyToColumn, QuerySelect, RuntimeErr, Select, SqlxError,
};
use uuid::Uuid;

use super::BATCH;
use super::report::Check;
use crate::Result;

/// All rows of an ordered selection that can be read; the others are faults.
pub(crate) async fn all<E: EntityTrait>(check: &mut Check<'_>, rows: Select<E>) -> Result<Vec<E::Model>>
where
    E::Model: Sync,
{
    match rows.clone().all(check.snapshot).await {
        Err(error) if is_unreadable(&error) => {
            let count = rows.clone().count(check.snapshot).await?;
            readable(check, rows, count).await
        }
        found => Ok(found?),
    }
}

/// The first rows of an ordered selection, one batch of them.
pub(crate) async fn batch<E: EntityTrait>(check: &mut Check<'_>, rows: Select<E>) -> Result<Vec<E::Model>> {
    match rows.clone().limit(BATCH).all(check.snapshot).await {
        Err(error) if is_unreadable(&error) => readable(check, rows, BATCH).await,
        found => Ok(found?),
    }
}

/// Whether it is what a row holds that does not make sense.
fn is_unreadable(error: &DbErr) -> bool {
    match error {
        DbErr::Type(_) | DbErr::TryIntoErr { .. } | DbErr::Json(_) => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(**error, SqlxError::ColumnDecode { .. } | SqlxError::Decode(_))
        }
        _ => false,
    }
}

/// Finds the rows that cannot be read by halves; answers the others.
async fn readable<E: EntityTrait>(check: &mut Check<'_>, rows: Select<E>, count: u64) -> Result<Vec<E::Model>> {
    let mut found = Vec::new();
    let mut parts = vec![(0, count)];
    while let Some((offset, count)) = parts.pop() {
        let part = rows.clone().offset(offset).limit(count);
        match part.clone().all(check.snapshot).await {
            Err(error) if is_unreadable(&error) && count > 1 => {
                let half = count / 2;
                parts.push((offset + half, count - half));
                parts.push((offset, half));
            }
            Err(error) if is_unreadable(&error) => {
                let place = place(check, part).await?;
                check.fault(place, format!("it cannot be read: {error}"));
            }
            rows => found.extend(rows?),
        }
    }
    Ok(found)
}

/// The table of a row and its key, or the first part of it, which is an identifier in every table of money.
async fn place<E: EntityTrait>(check: &Check<'_>, row: Select<E>) -> Result<String> {
    let table = E::default().table_name().to_owned();
    let Some(key) = E::PrimaryKey::iter().next() else {
        return Ok(table);
    };
    let key = row.select_only().column(key.into_column()).into_tuple::<Uuid>();
    Ok(match key.one(check.snapshot).await {
        Ok(Some(key)) => format!("{table} {key}"),
        _ => table,
    })
}
