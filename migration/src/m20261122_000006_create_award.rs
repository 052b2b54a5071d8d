//! Awards, agreements, instalments and payment requests.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::run;

const SQL: &str = r#"
CREATE TABLE award (
    id {uuid} NOT NULL PRIMARY KEY,
    decision_id {uuid} NOT NULL UNIQUE REFERENCES decision (id),
    application_id {uuid} NOT NULL UNIQUE REFERENCES application (id),
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    organisation_id {uuid} NOT NULL REFERENCES organisation (id),
    title text NOT NULL,
    amount_minor {bigint} NOT NULL CHECK (amount_minor > 0),
    status text NOT NULL,
    created_at {bigint} NOT NULL,
    illustrative text
){strict};
CREATE INDEX award_call ON award (call_id, id);
CREATE INDEX award_fund ON award (fund_id, id);
CREATE INDEX award_organisation ON award (organisation_id, id);

CREATE TABLE agreement (
    id {uuid} NOT NULL PRIMARY KEY,
    award_id {uuid} NOT NULL REFERENCES award (id),
    version {integer} NOT NULL,
    number text NOT NULL UNIQUE,
    signed_by_beneficiary_on {date} NOT NULL,
    signed_by_funder_on {date} NOT NULL,
    recorded_by {uuid} NOT NULL REFERENCES "user" (id),
    recorded_at {bigint} NOT NULL,
    UNIQUE (award_id, version)
){strict};

CREATE TABLE instalment (
    id {uuid} NOT NULL PRIMARY KEY,
    award_id {uuid} NOT NULL REFERENCES award (id),
    number {integer} NOT NULL,
    kind text NOT NULL,
    amount_minor {bigint} NOT NULL CHECK (amount_minor > 0),
    condition text NOT NULL,
    due_on {date} NOT NULL,
    status text NOT NULL,
    UNIQUE (award_id, number)
){strict};

CREATE TABLE payment_request (
    id {uuid} NOT NULL PRIMARY KEY,
    instalment_id {uuid} NOT NULL REFERENCES instalment (id),
    award_id {uuid} NOT NULL REFERENCES award (id),
    amount_minor {bigint} NOT NULL CHECK (amount_minor > 0),
    justification text NOT NULL,
    status text NOT NULL,
    submitted_by {uuid} NOT NULL REFERENCES "user" (id),
    submitted_at {bigint} NOT NULL,
    certified_by {uuid} REFERENCES "user" (id),
    certified_at {bigint},
    approved_by {uuid} REFERENCES "user" (id),
    approved_at {bigint},
    ordered_by {uuid} REFERENCES "user" (id),
    ordered_at {bigint},
    settled_by {uuid} REFERENCES "user" (id),
    settled_at {bigint},
    settlement_reference text,
    illustrative text,
    CHECK (certified_by <> submitted_by),
    CHECK (approved_by <> certified_by)
){strict};
CREATE INDEX payment_request_award ON payment_request (award_id);
CREATE INDEX payment_request_instalment ON payment_request (instalment_id);
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
