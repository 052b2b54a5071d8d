//! Rows as anybody with the database's own password can read, delete and write them: as literals of its SQL.

use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IdenStatic, Iterable,
    PrimaryKeyToColumn, Statement,
};

use crate::harness::Engine;

/// One row, each of its values as a literal.
pub type Row = Vec<String>;

/// A table, as far as it takes to tamper with it.
pub struct Table {
    pub name: &'static str,
    pub columns: Vec<Column>,
}

pub struct Column {
    pub name: &'static str,
    pub sort: Sort,
    pub is_key: bool,
    pub nullable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Id,
    Integer,
    Text,
    Date,
}

/// Whoever alters it alters a witness, not the money.
pub const WITNESS: &str = "audit_event";

/// What is tampered with: every table of the ledger, and every object whose state or amount the ledger must agree with.
///
/// No column of theirs is left out. What is not here, verification cannot know, or need not: `idempotency_key` holds
/// answers to repeats, `outbox` what is to be told, `agreement` what was signed on paper. The
/// [`WITNESS`] is last, and tampered with by name only.
pub fn tables() -> [Table; 12] {
    macro_rules! of {
        ($($table:ident),+) => { [$(Table::of::<entity::$table::Entity>()),+] };
    }
    of![
        transfer,
        account,
        budget,
        budget_entry,
        budget_day,
        ledger_head,
        award,
        payment_request,
        instalment,
        recovery,
        fiscal_year,
        audit_event
    ]
}

impl Table {
    pub fn of<E: EntityTrait>() -> Self {
        let keys: Vec<&str> = E::PrimaryKey::iter().map(|key| key.into_column().as_str()).collect();
        let columns = E::Column::iter().map(|column| {
            let definition = column.def();
            Column {
                name: column.as_str(),
                sort: match definition.get_column_type() {
                    ColumnType::Uuid => Sort::Id,
                    ColumnType::Integer | ColumnType::BigInteger => Sort::Integer,
                    ColumnType::Date => Sort::Date,
                    _ => Sort::Text,
                },
                is_key: keys.contains(&column.as_str()),
                nullable: definition.is_null(),
            }
        });
        Self {
            name: E::default().table_name(),
            columns: columns.collect(),
        }
    }

    /// The place of a column.
    pub fn place(&self, column: &str) -> usize {
        let place = self.columns.iter().position(|known| known.name == column);
        place.unwrap_or_else(|| panic!("{} has no {column}", self.name))
    }

    /// A value of a row as plain text.
    pub fn value(&self, row: &Row, column: &str) -> String {
        let literal = &row[self.place(column)];
        let plain = literal.trim_start_matches('X').trim_matches('\'').to_lowercase();
        if self.columns[self.place(column)].sort == Sort::Id {
            uuid::Uuid::parse_str(&plain).map_or(plain, |id| id.to_string())
        } else {
            plain
        }
    }

    pub async fn rows(&self, engine: Engine, connection: &DatabaseConnection) -> Vec<Row> {
        let literal = |column: &Column| match engine {
            Engine::Sqlite => format!("quote(\"{}\")", column.name),
            Engine::Postgres => format!("quote_nullable(\"{}\"::text)", column.name),
        };
        let literals: Vec<String> = self.columns.iter().map(literal).collect();
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY 1, 2, 3", literals.join(", "), self.name);
        let statement = Statement::from_string(connection.get_database_backend(), &sql);
        let rows = connection.query_all_raw(statement).await.expect(&sql);
        let values = |row: &sea_orm::QueryResult| {
            let values = (0..self.columns.len()).map(|place| row.try_get_by_index::<String>(place));
            values.collect::<Result<Row, _>>().expect("literals")
        };
        rows.iter().map(values).collect()
    }

    /// Puts some rows in the place of others, all or none. Refused when a constraint forbids it.
    pub async fn replace(&self, connection: &DatabaseConnection, old: &[Row], new: &[Row]) -> Result<(), DbErr> {
        let deleted = old.iter().map(|row| {
            let keys = self.columns.iter().zip(row).filter(|(column, _)| column.is_key);
            let key: Vec<String> = keys
                .map(|(column, value)| format!("\"{}\" = {value}", column.name))
                .collect();
            format!("DELETE FROM \"{}\" WHERE {};", self.name, key.join(" AND "))
        });
        let inserted = new.iter().map(|row| {
            let (names, values) = (self.names(), row.join(", "));
            format!("INSERT INTO \"{}\" ({names}) VALUES ({values});", self.name)
        });
        let sql = format!("BEGIN;{}COMMIT", deleted.chain(inserted).collect::<String>());
        let done = connection.execute_unprepared(&sql).await.map(drop);
        if done.is_err() {
            connection
                .execute_unprepared("ROLLBACK")
                .await
                .expect("nothing was done");
        }
        done
    }

    fn names(&self) -> String {
        let names = self.columns.iter().map(|column| format!("\"{}\"", column.name));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Lifts what keeps honest programs from mistakes, as whoever owns the database always can: triggers, foreign keys.
pub async fn lift_the_guards(engine: Engine, connection: &DatabaseConnection) {
    let append_only = ["transfer", "audit_event", "budget_entry"];
    let mut statements = Vec::new();
    match engine {
        Engine::Sqlite => {
            statements.push("PRAGMA foreign_keys = OFF".to_owned());
            for table in append_only {
                statements.extend(["updated", "deleted"].map(|what| format!("DROP TRIGGER {table}_never_{what}")));
            }
        }
        Engine::Postgres => {
            statements.extend(append_only.map(|table| format!("ALTER TABLE {table} DISABLE TRIGGER USER")));
            let keys = "SELECT conrelid::regclass::text, conname::text FROM pg_constraint
                WHERE contype = 'f' AND connamespace = 'public'::regnamespace";
            let keys = Statement::from_string(connection.get_database_backend(), keys);
            for key in connection.query_all_raw(keys).await.expect("the foreign keys") {
                let (table, name): (String, String) = key.try_get_many_by_index().expect("two texts");
                statements.push(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
            }
        }
    }
    for statement in statements {
        connection.execute_unprepared(&statement).await.expect(&statement);
    }
}
