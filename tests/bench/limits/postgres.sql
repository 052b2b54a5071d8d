-- Rows for `post.pgbench` to change, in the tables of a migrated database: funds of 20 calls in 5 programmes, and the
-- function that writes a whole post in one round trip. Give psql the number of funds: --set funds=8
\set ON_ERROR_STOP on

CREATE FUNCTION id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT md5(name)::uuid';

-- Ascends, as the identifiers of the program do.
CREATE FUNCTION next_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(random()::text), 14))::uuid
$$;

CREATE FUNCTION now_micros() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

-- As long as what the program writes.
CREATE FUNCTION text_of(length int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT repeat('x', length) $$;

INSERT INTO "user" (id, email, display_name, password_hash, created_at) VALUES (id('user'), 'a@example.org', 'A', '-', 0);

INSERT INTO fund (id, code, name, currency, legal_basis, starts_on, ends_on, status, created_at)
SELECT id('fund-' || fund), 'FUND-' || fund, 'Fund', 'EUR', '-', '2018-01-01', '2028-12-31', 'ACTIVE', 0
FROM generate_series(1, :funds) AS fund;

INSERT INTO programme (id, fund_id, code, name, status, created_at)
SELECT id('programme-' || fund || '-' || programme), id('fund-' || fund), 'P' || programme, 'Programme', 'ACTIVE', 0
FROM generate_series(1, :funds) AS fund, generate_series(0, 4) AS programme;

INSERT INTO "call" (id, programme_id, fund_id, code, title, summary, description, contact, time_zone, opens_at,
    grace_minutes, maximum_rate_bp, assessments_wanted, status, next_reference, created_at)
SELECT id('call-' || fund || '-' || call), id('programme-' || fund || '-' || call / 4), id('fund-' || fund),
    'CALL-' || fund || '-' || call, '-', '-', '-', '-', 'Europe/Paris', 0, 0, 10000, 1, 'OPEN', 1, 0
FROM generate_series(1, :funds) AS fund, generate_series(0, 19) AS call;

INSERT INTO account (id, fund_id, book, kind, owner_id, programme_id, call_id, fiscal_year, debits_minor, credits_minor,
    version)
SELECT id('account-' || id), fund_id, 'AE', 'CALL', id, programme_id, id, 0, 0, 100000000000, 1 FROM "call";

INSERT INTO budget (node_id, node_kind, fund_id, envelope_minor, programme_minor, call_minor, reserved_minor, award_minor,
    ordered_minor, paid_minor)
SELECT id, 'FUND', id, 0, 0, 20 * 100000000000, 0, 0, 0, 0 FROM fund
UNION ALL SELECT id, 'PROGRAMME', fund_id, 0, 0, 4 * 100000000000, 0, 0, 0, 0 FROM programme
UNION ALL SELECT id, 'CALL', fund_id, 0, 0, 100000000000, 0, 0, 0, 0 FROM "call";

INSERT INTO ledger_head (fund_id, seq, hash, recorded_at) SELECT id, 0, text_of(64), 0 FROM fund;

-- What `post.pgbench` does.
CREATE FUNCTION post(fund_name text, from_call text, to_call text, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    fund uuid := id(fund_name);
    giver "call";
    taker "call";
    audit uuid := next_id();
    at bigint := now_micros();
    number bigint;
    giver_holds bigint;
    taker_holds bigint;
BEGIN
    SELECT * INTO giver FROM "call" WHERE id = id(from_call);
    SELECT * INTO taker FROM "call" WHERE id = id(to_call);
    INSERT INTO audit_event (id, at, actor_id, request_id, action, subject_kind, subject_id, before, after)
        VALUES (audit, at, id('user'), next_id(), 'fund.redeploy', 'FUND', fund, text_of(500), text_of(500));
    INSERT INTO outbox (id, audit_event_id, topic, subject_kind, subject_id, created_at)
        VALUES (next_id(), audit, 'fund.redeploy', 'FUND', fund, at);
    UPDATE ledger_head SET seq = seq + 1, hash = text_of(64), recorded_at = at WHERE fund_id = fund
        RETURNING seq INTO number;
    UPDATE account SET debits_minor = debits_minor + amount, version = version + 1
        WHERE owner_id = giver.id AND kind = 'CALL' AND book = 'AE' AND fiscal_year = 0
            AND debits_minor + amount <= credits_minor
        RETURNING credits_minor - debits_minor INTO STRICT giver_holds;
    UPDATE account SET credits_minor = credits_minor + amount, version = version + 1
        WHERE owner_id = taker.id AND kind = 'CALL' AND book = 'AE' AND fiscal_year = 0
        RETURNING credits_minor - debits_minor INTO STRICT taker_holds;
    WITH moved AS (
        UPDATE budget SET call_minor = call_minor + CASE
            WHEN node_id = giver.id THEN -amount WHEN node_id = taker.id THEN amount
            WHEN giver.programme_id = taker.programme_id THEN 0
            WHEN node_id = giver.programme_id THEN -amount WHEN node_id = taker.programme_id THEN amount ELSE 0 END
        WHERE node_id IN (fund, giver.programme_id, giver.id, taker.programme_id, taker.id) RETURNING *
    ), entered AS (
        INSERT INTO budget_entry SELECT node_id, at, number, envelope_minor, programme_minor, call_minor, reserved_minor,
            award_minor, ordered_minor, paid_minor, recoverable_minor, recovered_minor, lapsed_minor FROM moved
    )
    INSERT INTO budget_day SELECT node_id, current_date, 0, 0, amount, 0, 0, 0, 0, 0, 0, 0 FROM moved
        ON CONFLICT (node_id, effective_on) DO UPDATE SET call_minor = budget_day.call_minor + excluded.call_minor;
    INSERT INTO transfer (id, fund_id, seq, kind, debit_account_id, credit_account_id, amount_minor, debit_balance_minor,
        credit_balance_minor, effective_on, recorded_at, actor_id, reason, document, subject_kind, subject_id,
        idempotency_key, audit_event_id, previous_hash, hash)
        VALUES (next_id(), fund, number, 'REDEPLOY', id('account-' || giver.id), id('account-' || taker.id), amount,
            giver_holds, taker_holds, current_date, at, id('user'), text_of(28), text_of(26), 'FUND', fund, text_of(32),
            audit, text_of(64), text_of(64));
    INSERT INTO idempotency_key (principal_id, key, operation, fingerprint, outcome, created_at)
        VALUES (id('user'), md5(random()::text), 'redeployBudget', text_of(64), text_of(600), at);
END
$$;
