//! The audit trail and the outbox.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::{append_only, run};

const SQL: &str = r#"
CREATE TABLE audit_event (
    id {uuid} NOT NULL PRIMARY KEY,
    at {bigint} NOT NULL,
    actor_id {uuid} REFERENCES "user" (id),
    request_id {uuid} NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    before text,
    after text NOT NULL
){strict};
CREATE INDEX audit_event_subject ON audit_event (subject_id, id);

CREATE TABLE outbox (
    id {uuid} NOT NULL PRIMARY KEY,
    audit_event_id {uuid} NOT NULL REFERENCES audit_event (id),
    topic text NOT NULL,
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    created_at {bigint} NOT NULL,
    delivered_at {bigint}
){strict};
CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;
"#;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await?;
        append_only(manager, "audit_event").await?;
        Ok(())
    }
}
