//! The rest of the ledger: payment credits, recoveries, what lapses, and balances as of any instant and day.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::{append_only, run};

const SQL: &str = r#"
ALTER TABLE fund ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
ALTER TABLE fund ADD COLUMN enforces_payment_credits {boolean} NOT NULL DEFAULT FALSE;
ALTER TABLE fund ADD COLUMN decommitment text NOT NULL DEFAULT 'RETURNS_TO_CALL'
    CHECK (decommitment IN ('RETURNS_TO_CALL', 'LAPSES'));
ALTER TABLE fund ADD COLUMN reinstates_recoveries {boolean} NOT NULL DEFAULT FALSE;

CREATE TABLE fiscal_year (
    id {uuid} NOT NULL PRIMARY KEY,
    fund_id {uuid} NOT NULL REFERENCES fund (id),
    year {integer} NOT NULL CHECK (year BETWEEN 1900 AND 9999),
    status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
    closed_by {uuid} REFERENCES "user" (id),
    closed_at {bigint},
    UNIQUE (fund_id, year)
){strict};

ALTER TABLE award ADD COLUMN decommitted_minor {bigint} NOT NULL DEFAULT 0
    CHECK (decommitted_minor BETWEEN 0 AND amount_minor);

CREATE TABLE recovery (
    id {uuid} NOT NULL PRIMARY KEY,
    award_id {uuid} NOT NULL REFERENCES award (id),
    amount_minor {bigint} NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL,
    document text NOT NULL,
    status text NOT NULL CHECK (status IN ('ISSUED', 'RECEIVED', 'CANCELLED')),
    issued_by {uuid} NOT NULL REFERENCES "user" (id),
    issued_at {bigint} NOT NULL,
    settled_by {uuid} REFERENCES "user" (id),
    settled_at {bigint},
    settlement_reference text,
    reinstated_at {bigint}
){strict};
CREATE INDEX recovery_award ON recovery (award_id);

ALTER TABLE budget ADD COLUMN recoverable_minor {bigint} NOT NULL DEFAULT 0 CHECK (recoverable_minor >= 0);
ALTER TABLE budget ADD COLUMN recovered_minor {bigint} NOT NULL DEFAULT 0 CHECK (recovered_minor >= 0);
ALTER TABLE budget ADD COLUMN lapsed_minor {bigint} NOT NULL DEFAULT 0 CHECK (lapsed_minor >= 0);

CREATE TABLE budget_entry (
    node_id {uuid} NOT NULL,
    recorded_at {bigint} NOT NULL,
    seq {bigint} NOT NULL,
    envelope_minor {bigint} NOT NULL,
    programme_minor {bigint} NOT NULL,
    call_minor {bigint} NOT NULL,
    reserved_minor {bigint} NOT NULL,
    award_minor {bigint} NOT NULL,
    ordered_minor {bigint} NOT NULL,
    paid_minor {bigint} NOT NULL,
    recoverable_minor {bigint} NOT NULL,
    recovered_minor {bigint} NOT NULL,
    lapsed_minor {bigint} NOT NULL,
    PRIMARY KEY (node_id, recorded_at, seq)
){clustered};

CREATE TABLE budget_day (
    node_id {uuid} NOT NULL,
    effective_on {date} NOT NULL,
    envelope_minor {bigint} NOT NULL,
    programme_minor {bigint} NOT NULL,
    call_minor {bigint} NOT NULL,
    reserved_minor {bigint} NOT NULL,
    award_minor {bigint} NOT NULL,
    ordered_minor {bigint} NOT NULL,
    paid_minor {bigint} NOT NULL,
    recoverable_minor {bigint} NOT NULL,
    recovered_minor {bigint} NOT NULL,
    lapsed_minor {bigint} NOT NULL,
    PRIMARY KEY (node_id, effective_on)
){clustered};

DROP INDEX transfer_debit;
DROP INDEX transfer_credit;
CREATE INDEX transfer_debit ON transfer (debit_account_id, recorded_at, seq);
CREATE INDEX transfer_credit ON transfer (credit_account_id, recorded_at, seq);
CREATE INDEX transfer_kind ON transfer (fund_id, kind, seq);
CREATE INDEX transfer_actor ON transfer (fund_id, actor_id, seq);
"#;

/// The nodes that each account counts for: all those above it, its owner included.
const ACCOUNT_NODES: &str = r"
    SELECT id AS account_id, kind AS account_kind, fund_id AS node_id FROM account WHERE kind <> 'SOURCE'
    UNION ALL SELECT id, kind, programme_id FROM account WHERE programme_id IS NOT NULL
    UNION ALL SELECT id, kind, call_id FROM account WHERE call_id IS NOT NULL
    UNION ALL SELECT id, kind, award_id FROM account WHERE award_id IS NOT NULL
";

/// The kinds of account whose balances a budget holds, when this migration runs.
const BALANCES: [&str; 7] = ["envelope", "programme", "call", "reserved", "award", "ordered", "paid"];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await?;
        run(manager, &replayed_entries()).await?;
        run(manager, &replayed_days()).await?;
        // From here on an account and a budget exist from the first transfer that touches them.
        run(
            manager,
            "DELETE FROM account WHERE version = 0;
             DELETE FROM budget WHERE NOT EXISTS
                 (SELECT 1 FROM budget_entry WHERE budget_entry.node_id = budget.node_id);",
        )
        .await?;
        append_only(manager, "budget_entry").await?;
        Ok(())
    }
}

/// One row per transfer and node, with the change of each balance.
fn changes() -> String {
    let each = BALANCES.map(|balance| {
        let kind = balance.to_uppercase();
        format!("sum(CASE WHEN account_kind = '{kind}' THEN amount ELSE 0 END) AS {balance}_minor")
    });
    let each = each.join(", ");
    format!(
        "SELECT node_id, recorded_at, seq, effective_on, {each} FROM (
             SELECT node_id, account_kind, recorded_at, seq, effective_on, amount_minor AS amount
                 FROM transfer JOIN ({ACCOUNT_NODES}) AS credited ON credited.account_id = credit_account_id
             UNION ALL SELECT node_id, account_kind, recorded_at, seq, effective_on, -amount_minor
                 FROM transfer JOIN ({ACCOUNT_NODES}) AS debited ON debited.account_id = debit_account_id
         ) AS moved GROUP BY node_id, recorded_at, seq, effective_on"
    )
}

fn replayed_entries() -> String {
    let columns = BALANCES.map(|balance| format!("{balance}_minor")).join(", ");
    let running = BALANCES.map(|balance| {
        format!("CAST(sum({balance}_minor) OVER (PARTITION BY node_id ORDER BY recorded_at, seq) AS {{bigint}})")
    });
    let running = running.join(", ");
    format!(
        "INSERT INTO budget_entry (node_id, recorded_at, seq, {columns},
             recoverable_minor, recovered_minor, lapsed_minor)
         SELECT node_id, recorded_at, seq, {running}, 0, 0, 0 FROM ({}) AS changes;",
        changes()
    )
}

fn replayed_days() -> String {
    let columns = BALANCES.map(|balance| format!("{balance}_minor")).join(", ");
    let sums = BALANCES.map(|balance| format!("CAST(sum({balance}_minor) AS {{bigint}})"));
    let sums = sums.join(", ");
    format!(
        "INSERT INTO budget_day (node_id, effective_on, {columns}, recoverable_minor, recovered_minor, lapsed_minor)
         SELECT node_id, effective_on, {sums}, 0, 0, 0 FROM ({}) AS changes GROUP BY node_id, effective_on;",
        changes()
    )
}
