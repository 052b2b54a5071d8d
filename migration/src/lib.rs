//! The history of the schema. One file per noun, SQLite and PostgreSQL from the same text.
//!
//! Migrations go forward only: a fund's journal is never rolled back, a bad release is followed by a better one.
//! They are written in SQL, not with entities, because an old migration must not change when an entity does.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

mod dialect;
mod m20261122_000001_create_identity;
mod m20261122_000002_create_fund;
mod m20261122_000003_create_call;
mod m20261122_000004_create_application;
mod m20261122_000005_create_evaluation;
mod m20261122_000006_create_award;
mod m20261122_000007_create_ledger;
mod m20261122_000008_create_audit;
mod m20261122_000009_complete_ledger;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_create_identity::Migration),
            Box::new(m20261122_000002_create_fund::Migration),
            Box::new(m20261122_000003_create_call::Migration),
            Box::new(m20261122_000004_create_application::Migration),
            Box::new(m20261122_000005_create_evaluation::Migration),
            Box::new(m20261122_000006_create_award::Migration),
            Box::new(m20261122_000007_create_ledger::Migration),
            Box::new(m20261122_000008_create_audit::Migration),
            Box::new(m20261122_000009_complete_ledger::Migration),
        ]
    }
}
