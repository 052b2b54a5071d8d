//! The ledger: accounts, transfers, the head of each journal, materialised budgets, idempotency keys.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::{append_only, run};

const SQL: &str = r#"
CREATE TABLE account (
    id {uuid} NOT NULL PRIMARY KEY,
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    book text NOT NULL CHECK (book IN ('AE', 'CP')),
    kind text NOT NULL,
    owner_id {uuid} NOT NULL,
    programme_id {uuid} REFERENCES programme (id),
    call_id {uuid} REFERENCES "call" (id),
    award_id {uuid} REFERENCES award (id),
    fiscal_year {integer} NOT NULL,
    debits_minor {bigint} NOT NULL CHECK (debits_minor >= 0),
    credits_minor {bigint} NOT NULL CHECK (credits_minor >= 0),
    version {integer} NOT NULL,
    UNIQUE (owner_id, kind, book, fiscal_year),
    CONSTRAINT account_never_overdrawn CHECK (kind = 'SOURCE' OR credits_minor >= debits_minor)
){strict};
CREATE INDEX account_fund ON account (fund_id);

CREATE TABLE transfer (
    id {uuid} NOT NULL PRIMARY KEY,
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    seq {bigint} NOT NULL CHECK (seq > 0),
    kind text NOT NULL,
    debit_account_id {uuid} NOT NULL REFERENCES account (id),
    credit_account_id {uuid} NOT NULL REFERENCES account (id),
    amount_minor {bigint} NOT NULL CHECK (amount_minor > 0),
    debit_balance_minor {bigint} NOT NULL,
    credit_balance_minor {bigint} NOT NULL,
    effective_on {date} NOT NULL,
    recorded_at {bigint} NOT NULL,
    actor_id {uuid} REFERENCES "user" (id),
    reason text NOT NULL,
    document text,
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    idempotency_key text,
    reverses_id {uuid} UNIQUE REFERENCES transfer (id),
    audit_event_id {uuid} NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    UNIQUE (fund_id, seq),
    CHECK (debit_account_id <> credit_account_id)
){strict};
CREATE INDEX transfer_debit ON transfer (debit_account_id, seq);
CREATE INDEX transfer_credit ON transfer (credit_account_id, seq);
CREATE INDEX transfer_subject ON transfer (subject_id, kind);

CREATE TABLE ledger_head (
    fund_id {uuid} NOT NULL PRIMARY KEY REFERENCES fund (id),
    seq {bigint} NOT NULL,
    hash text NOT NULL,
    recorded_at {bigint} NOT NULL
){strict};

CREATE TABLE budget (
    node_id {uuid} NOT NULL PRIMARY KEY,
    node_kind text NOT NULL,
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    envelope_minor {bigint} NOT NULL CHECK (envelope_minor >= 0),
    programme_minor {bigint} NOT NULL CHECK (programme_minor >= 0),
    call_minor {bigint} NOT NULL CHECK (call_minor >= 0),
    reserved_minor {bigint} NOT NULL CHECK (reserved_minor >= 0),
    award_minor {bigint} NOT NULL CHECK (award_minor >= 0),
    ordered_minor {bigint} NOT NULL CHECK (ordered_minor >= 0),
    paid_minor {bigint} NOT NULL CHECK (paid_minor >= 0)
){strict};
CREATE INDEX budget_fund ON budget (fund_id, node_kind);

CREATE TABLE idempotency_key (
    principal_id {uuid} NOT NULL REFERENCES "user" (id),
    key text NOT NULL,
    operation text NOT NULL,
    fingerprint text NOT NULL,
    outcome text NOT NULL,
    created_at {bigint} NOT NULL,
    PRIMARY KEY (principal_id, key)
){strict};
"#;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await?;
        append_only(manager, "transfer").await?;
        Ok(())
    }
}
