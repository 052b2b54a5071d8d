-- Rows to change, in the tables of a migrated database: a fund of 20 calls in 5 programmes; and `post`, which writes all
-- that one `redeployBudget` does: INSERT INTO post VALUES (GIVER, STEP, AMOUNT), from the call with that number, 0 to 19,
-- to the one so many steps on.
PRAGMA foreign_keys = ON;

-- As long as what the program writes.
CREATE TABLE words (is_of integer PRIMARY KEY, word text) STRICT;
INSERT INTO words SELECT value, replace(hex(zeroblob(value)), '00', 'x') FROM generate_series(1, 600);

INSERT INTO "user" (id, email, display_name, password_hash, created_at) VALUES (zeroblob(16), 'a@example.org', 'A', '-', 0);
INSERT INTO fund (id, code, name, currency, legal_basis, starts_on, ends_on, status, created_at)
VALUES (zeroblob(16), 'FUND', 'Fund', 'EUR', '-', '2018-01-01', '2028-12-31', 'ACTIVE', 0);
INSERT INTO programme (id, fund_id, code, name, status, created_at)
SELECT CAST(printf('programme%07d', value) AS blob), zeroblob(16), 'P' || value, 'Programme', 'ACTIVE', 0
FROM generate_series(0, 4);
INSERT INTO "call" (id, programme_id, fund_id, code, title, summary, description, contact, time_zone, opens_at,
    grace_minutes, maximum_rate_bp, assessments_wanted, status, next_reference, created_at)
SELECT CAST(printf('call%012d', value) AS blob), CAST(printf('programme%07d', value / 4) AS blob), zeroblob(16),
    'CALL-' || value, '-', '-', '-', '-', 'Europe/Paris', 0, 0, 10000, 1, 'OPEN', 1, 0
FROM generate_series(0, 19);
INSERT INTO account (id, fund_id, book, kind, owner_id, programme_id, call_id, fiscal_year, debits_minor, credits_minor,
    version)
SELECT randomblob(16), fund_id, 'AE', 'CALL', id, programme_id, id, 0, 0, 100000000000, 1 FROM "call";
INSERT INTO budget (node_id, node_kind, fund_id, envelope_minor, programme_minor, call_minor, reserved_minor, award_minor,
    ordered_minor, paid_minor)
SELECT id, 'FUND', id, 0, 0, 20 * 100000000000, 0, 0, 0, 0 FROM fund
UNION ALL SELECT id, 'PROGRAMME', fund_id, 0, 0, 4 * 100000000000, 0, 0, 0, 0 FROM programme
UNION ALL SELECT id, 'CALL', fund_id, 0, 0, 100000000000, 0, 0, 0, 0 FROM "call";
INSERT INTO ledger_head (fund_id, seq, hash, recorded_at) SELECT id, 0, '-', 0 FROM fund;

CREATE VIEW post AS SELECT 0 AS giver, 0 AS step, 0 AS amount;

CREATE TRIGGER post INSTEAD OF INSERT ON post
BEGIN
    UPDATE ledger_head SET seq = seq + 1, hash = (SELECT word FROM words WHERE is_of = 64),
        recorded_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS integer);
    -- Identifiers ascend, as those of the program do.
    INSERT INTO audit_event (id, at, actor_id, request_id, action, subject_kind, subject_id, before, after)
    SELECT CAST(printf('audit%011d', seq) AS blob), recorded_at, zeroblob(16), randomblob(16), 'fund.redeploy', 'FUND',
        fund_id, word, word FROM ledger_head, words WHERE is_of = 500;
    INSERT INTO outbox (id, audit_event_id, topic, subject_kind, subject_id, created_at)
    SELECT CAST(printf('outbox%010d', seq) AS blob), CAST(printf('audit%011d', seq) AS blob), 'fund.redeploy', 'FUND',
        fund_id, recorded_at FROM ledger_head;
    UPDATE account SET debits_minor = debits_minor + NEW.amount, version = version + 1
    WHERE owner_id = CAST(printf('call%012d', NEW.giver) AS blob) AND kind = 'CALL' AND book = 'AE' AND fiscal_year = 0
        AND debits_minor + NEW.amount <= credits_minor;
    UPDATE account SET credits_minor = credits_minor + NEW.amount, version = version + 1
    WHERE owner_id = CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob) AND kind = 'CALL' AND book = 'AE'
        AND fiscal_year = 0;
    UPDATE budget SET call_minor = call_minor + CASE node_id
        WHEN CAST(printf('call%012d', NEW.giver) AS blob) THEN -NEW.amount
        WHEN CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob) THEN NEW.amount
        ELSE CASE WHEN NEW.giver / 4 = (NEW.giver + NEW.step) % 20 / 4 THEN 0 ELSE CASE node_id
            WHEN CAST(printf('programme%07d', NEW.giver / 4) AS blob) THEN -NEW.amount
            WHEN CAST(printf('programme%07d', (NEW.giver + NEW.step) % 20 / 4) AS blob) THEN NEW.amount
            ELSE 0 END END END
    WHERE node_id IN (zeroblob(16),
        CAST(printf('programme%07d', NEW.giver / 4) AS blob),
        CAST(printf('programme%07d', (NEW.giver + NEW.step) % 20 / 4) AS blob),
        CAST(printf('call%012d', NEW.giver) AS blob), CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob));
    INSERT INTO budget_entry
    SELECT node_id, recorded_at, seq, envelope_minor, programme_minor, call_minor, reserved_minor, award_minor,
        ordered_minor, paid_minor, recoverable_minor, recovered_minor, lapsed_minor
    FROM ledger_head, budget WHERE node_id IN (zeroblob(16),
        CAST(printf('programme%07d', NEW.giver / 4) AS blob),
        CAST(printf('programme%07d', (NEW.giver + NEW.step) % 20 / 4) AS blob),
        CAST(printf('call%012d', NEW.giver) AS blob), CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob));
    INSERT INTO budget_day
    SELECT node_id, date(), 0, 0, NEW.amount, 0, 0, 0, 0, 0, 0, 0
    FROM budget WHERE node_id IN (zeroblob(16),
        CAST(printf('programme%07d', NEW.giver / 4) AS blob),
        CAST(printf('programme%07d', (NEW.giver + NEW.step) % 20 / 4) AS blob),
        CAST(printf('call%012d', NEW.giver) AS blob), CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob))
    ON CONFLICT (node_id, effective_on) DO UPDATE SET call_minor = call_minor + excluded.call_minor;
    INSERT INTO transfer (id, fund_id, seq, kind, debit_account_id, credit_account_id, amount_minor, debit_balance_minor,
        credit_balance_minor, effective_on, recorded_at, actor_id, reason, document, subject_kind, subject_id,
        idempotency_key, audit_event_id, previous_hash, hash)
    SELECT CAST(printf('transfer%08d', seq) AS blob), ledger_head.fund_id, seq, 'REDEPLOY', giver.id, taker.id, NEW.amount,
        giver.credits_minor - giver.debits_minor, taker.credits_minor - taker.debits_minor, date(), recorded_at,
        zeroblob(16), substr(hash, 1, 28), substr(hash, 1, 26), 'FUND', ledger_head.fund_id, substr(hash, 1, 32),
        CAST(printf('audit%011d', seq) AS blob), hash, hash
    FROM ledger_head, account AS giver, account AS taker
    WHERE giver.owner_id = CAST(printf('call%012d', NEW.giver) AS blob)
        AND taker.owner_id = CAST(printf('call%012d', (NEW.giver + NEW.step) % 20) AS blob);
    INSERT INTO idempotency_key (principal_id, key, operation, fingerprint, outcome, created_at)
    SELECT zeroblob(16), lower(hex(randomblob(16))), 'redeployBudget', hash, word, recorded_at
    FROM ledger_head, words WHERE is_of = 600;
END;
