//! The few words in which the two databases differ.

use sea_orm_migration::{
    prelude::{DbErr, SchemaManager},
    sea_orm::{ConnectionTrait, DbBackend},
};

/// Runs statements after replacing the words that differ: `{uuid}`, `{bigint}`, `{integer}`, `{date}`, `{boolean}` and,
/// at the end of a table, `{strict}`, or `{clustered}` for one that is read in the order of its key.
///
/// SQLite tables are STRICT: without it an integer that overflows becomes a float without a word.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let words = match manager.get_database_backend() {
        DbBackend::Postgres => [
            ("{uuid}", "uuid"),
            ("{bigint}", "bigint"),
            ("{integer}", "integer"),
            ("{date}", "date"),
            ("{boolean}", "boolean"),
            ("{strict}", ""),
            ("{clustered}", ""),
        ],
        _ => [
            ("{uuid}", "blob"),
            ("{bigint}", "integer"),
            ("{integer}", "integer"),
            ("{date}", "text"),
            ("{boolean}", "integer"),
            ("{strict}", " STRICT"),
            ("{clustered}", " STRICT, WITHOUT ROWID"),
        ],
    };
    let sql = words
        .iter()
        .fold(sql.to_owned(), |sql, (word, meaning)| sql.replace(word, meaning));
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// Makes the database itself refuse to change or delete the rows of a table.
pub(crate) async fn append_only(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let sql = match manager.get_database_backend() {
        DbBackend::Postgres => format!(
            "CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
             CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
               FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
             CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
               FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();"
        ),
        _ => format!(
            "CREATE TRIGGER {table}_never_updated BEFORE UPDATE ON {table}
               BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
             CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}
               BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        ),
    };
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}
