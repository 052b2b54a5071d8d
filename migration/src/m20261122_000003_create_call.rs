//! Calls for projects with their lots and criteria.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::run;

const SQL: &str = r#"
CREATE TABLE "call" (
    id {uuid} NOT NULL PRIMARY KEY,
    programme_id {uuid} NOT NULL REFERENCES programme (id),
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    code text NOT NULL UNIQUE,
    title text NOT NULL,
    summary text NOT NULL,
    description text NOT NULL,
    contact text NOT NULL,
    time_zone text NOT NULL,
    opens_at {bigint} NOT NULL,
    closes_at {bigint},
    grace_minutes {integer} NOT NULL CHECK (grace_minutes >= 0),
    minimum_grant_minor {bigint} CHECK (minimum_grant_minor >= 0),
    maximum_grant_minor {bigint} CHECK (maximum_grant_minor > 0),
    maximum_rate_bp {integer} NOT NULL CHECK (maximum_rate_bp BETWEEN 1 AND 10000),
    assessments_wanted {integer} NOT NULL CHECK (assessments_wanted > 0),
    status text NOT NULL,
    next_reference {integer} NOT NULL,
    created_at {bigint} NOT NULL,
    illustrative text,
    CHECK (closes_at > opens_at)
){strict};
CREATE INDEX call_programme ON "call" (programme_id);
CREATE INDEX call_fund ON "call" (fund_id);

CREATE TABLE lot (
    id {uuid} NOT NULL PRIMARY KEY,
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    position {integer} NOT NULL,
    name text NOT NULL,
    UNIQUE (call_id, position)
){strict};

CREATE TABLE criterion (
    id {uuid} NOT NULL PRIMARY KEY,
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    position {integer} NOT NULL,
    title text NOT NULL,
    weight {integer} NOT NULL CHECK (weight > 0),
    maximum_centi {integer} NOT NULL CHECK (maximum_centi > 0),
    step_centi {integer} NOT NULL CHECK (step_centi > 0),
    threshold_centi {integer} CHECK (threshold_centi >= 0),
    UNIQUE (call_id, position)
){strict};
"#;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await
    }
}
