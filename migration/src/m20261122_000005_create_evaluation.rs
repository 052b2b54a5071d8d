//! Assessments, their scores, and decisions.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::run;

const SQL: &str = r#"
CREATE TABLE assessment (
    id {uuid} NOT NULL PRIMARY KEY,
    application_id {uuid} NOT NULL REFERENCES application (id),
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    submission_id {uuid} NOT NULL REFERENCES submission (id),
    evaluator_id {uuid} NOT NULL REFERENCES "user" (id),
    status text NOT NULL,
    comment text NOT NULL,
    total_centi {integer} CHECK (total_centi BETWEEN 0 AND 10000),
    assigned_by {uuid} NOT NULL REFERENCES "user" (id),
    assigned_at {bigint} NOT NULL,
    submitted_at {bigint},
    illustrative text,
    UNIQUE (submission_id, evaluator_id)
){strict};
CREATE INDEX assessment_application ON assessment (application_id);
CREATE INDEX assessment_evaluator ON assessment (evaluator_id, id);

CREATE TABLE criterion_score (
    id {uuid} NOT NULL PRIMARY KEY,
    assessment_id {uuid} NOT NULL REFERENCES assessment (id),
    criterion_id {uuid} NOT NULL REFERENCES criterion (id),
    score_centi {integer} NOT NULL CHECK (score_centi >= 0),
    comment text NOT NULL,
    UNIQUE (assessment_id, criterion_id)
){strict};

CREATE TABLE decision (
    id {uuid} NOT NULL PRIMARY KEY,
    application_id {uuid} NOT NULL UNIQUE REFERENCES application (id),
    call_id {uuid} NOT NULL REFERENCES "call" (id),
    outcome text NOT NULL,
    amount_minor {bigint} NOT NULL CHECK (amount_minor >= 0),
    distinction text,
    conditions text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL,
    revision {integer} NOT NULL,
    proposed_by {uuid} NOT NULL REFERENCES "user" (id),
    adopted_by {uuid} REFERENCES "user" (id),
    adopted_at {bigint},
    notified_at {bigint},
    illustrative text
){strict};
CREATE INDEX decision_call ON decision (call_id);
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
