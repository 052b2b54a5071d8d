//! Reading rows of which somebody may have made nonsense: what cannot be read is a fault, not the end.

use sea_orm::{
    DbErr, EntityTrait, Iterable, PaginatorTrait, PrimaryKeyToColumn, QuerySelect, RuntimeErr, Select, SqlxError,
};
use uuid::Uuid;

use super::BATCH;
use super::report::Check;
use crate::{Error, Result};

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

/// Some rows of a selection.
pub(crate) struct Batch<M> {
    /// Those that can be read.
    pub(crate) rows: Vec<M>,
    /// Whether there is none after them.
    pub(crate) is_last: bool,
}

/// The first rows of an ordered selection.
pub(crate) async fn batch<E: EntityTrait>(check: &mut Check<'_>, rows: Select<E>) -> Result<Batch<E::Model>> {
    match rows.clone().limit(BATCH).all(check.snapshot).await {
        Err(error) if is_unreadable(&error) => Ok(Batch {
            rows: readable(check, rows, BATCH).await?,
            is_last: false,
        }),
        found => {
            let rows = found?;
            let is_last = u64::try_from(rows.len()).is_ok_and(|count| count < BATCH);
            Ok(Batch { rows, is_last })
        }
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

/// Makes a fault of a row that could not be read where nothing can be said without it.
pub(crate) fn endure(check: &mut Check<'_>, compared: Result<()>) -> Result<()> {
    match compared {
        Err(Error::Internal(cause)) if cause.downcast_ref().is_some_and(is_unreadable) => {
            let what = format!("a row cannot be read, and what follows was not verified: {cause}");
            check.fault("the database", what);
            Ok(())
        }
        other => other,
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
                check.fault_once(place, format!("it cannot be read: {error}"));
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
