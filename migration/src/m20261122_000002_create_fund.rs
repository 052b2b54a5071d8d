//! Funds and programmes.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::run;

const SQL: &str = r"
CREATE TABLE fund (
    id {uuid} NOT NULL PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    currency text NOT NULL,
    legal_basis text NOT NULL,
    starts_on {date} NOT NULL,
    ends_on {date} NOT NULL,
    status text NOT NULL,
    created_at {bigint} NOT NULL,
    illustrative text,
    CHECK (ends_on >= starts_on)
){strict};

CREATE TABLE programme (
    id {uuid} NOT NULL PRIMARY KEY,
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    code text NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    created_at {bigint} NOT NULL,
    illustrative text,
    UNIQUE (fund_id, code)
){strict};
";

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await
    }
}
