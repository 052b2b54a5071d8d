//! Applications, their partners and their submitted snapshots.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::{append_only, run};

const SQL: &str = r#"
CREATE TABLE application (
    id {uuid} NOT NULL PRIMARY KEY,
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    lot_id {uuid} NOT NULL REFERENCES lot (id),
    organisation_id {uuid} NOT NULL REFERENCES organisation (id),
    reference text NOT NULL UNIQUE,
    title text NOT NULL,
    summary text NOT NULL,
    cost_minor {bigint} NOT NULL CHECK (cost_minor >= 0),
    requested_minor {bigint} NOT NULL CHECK (requested_minor >= 0),
    status text NOT NULL,
    revision {integer} NOT NULL,
    created_by {uuid} NOT NULL REFERENCES "user" (id),
    created_at {bigint} NOT NULL,
    updated_at {bigint} NOT NULL,
    illustrative text
){strict};
CREATE INDEX application_call ON application (call_id, id);
CREATE INDEX application_fund ON application (fund_id, id);
CREATE INDEX application_organisation ON application (organisation_id, id);

CREATE TABLE partner (
    id {uuid} NOT NULL PRIMARY KEY,
    application_id {uuid} NOT NULL REFERENCES application (id),
    organisation_id {uuid} NOT NULL REFERENCES organisation (id),
    UNIQUE (application_id, organisation_id)
){strict};
CREATE INDEX partner_organisation ON partner (organisation_id);

CREATE TABLE submission (
    id {uuid} NOT NULL PRIMARY KEY,
    application_id {uuid} NOT NULL REFERENCES application (id),
    number {integer} NOT NULL,
    snapshot text NOT NULL,
    sha256 text NOT NULL,
    submitted_by {uuid} NOT NULL REFERENCES "user" (id),
    submitted_at {bigint} NOT NULL,
    UNIQUE (application_id, number)
){strict};
"#;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await?;
        append_only(manager, "submission").await?;
        Ok(())
    }
}
