-- Tamper evidence: each account's lines form a chain of hashes over bytes that are stored as they
-- were booked. The format is specified in docs/ledger-format.md, and written a second time in
-- src/domain/ledger/line.rs; test vectors hold the two together.

-- A field is its length in bytes, as 32 bits with the highest first, and then the bytes.
CREATE FUNCTION ledger_field(bytes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN int4send(octet_length(bytes)) || bytes;

CREATE FUNCTION ledger_number(number bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN int4send(8) || int8send(number);

CREATE FUNCTION ledger_text(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN int4send(octet_length(value)) || convert_to(value, 'UTF8');

-- Microseconds since 1970-01-01T00:00:00Z: all that a timestamptz holds.
CREATE FUNCTION ledger_micros(instant timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (extract(epoch FROM instant) * 1000000)::bigint;

CREATE FUNCTION ledger_canonical(
    code text, seq bigint, entry_id uuid, key text, kind text, occurred_at timestamptz,
    recorded_at timestamptz, reverses uuid, currency text, amount bigint, previous bigint,
    balance bigint, detail text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ledger_text('paceline-line-1') || ledger_text(code) || ledger_number(seq)
        || ledger_field(uuid_send(entry_id)) || ledger_text(key) || ledger_text(kind)
        || ledger_number(ledger_micros(occurred_at)) || ledger_number(ledger_micros(recorded_at))
        || ledger_field(coalesce(uuid_send(reverses), ''::bytea)) || ledger_text(currency)
        || ledger_number(amount) || ledger_number(previous) || ledger_number(balance)
        || ledger_text(detail);

CREATE FUNCTION ledger_hash(code text, seq bigint, before bytea, canonical bytea)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(ledger_text('paceline-chain-1') || ledger_text(code) || ledger_number(seq)
        || ledger_field(before) || ledger_field(canonical));

ALTER TABLE ledger_accounts
    -- The hash of the last line; zeros before the first.
    ADD COLUMN head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
        CHECK (octet_length(head) = 32),
    -- What a courier is owed cannot become a debt (also `courier:<id>:tips` and the like).
    ADD CONSTRAINT ledger_accounts_no_debt CHECK (kind NOT LIKE 'courier\_%' OR balance >= 0),
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN
        ('courier_pay', 'courier_tips', 'courier_expenses', 'courier_refund', 'merchant_receivable',
         'coop_revenue', 'coop_operations', 'coop_reserve', 'coop_mutual_fund', 'coop_vat', 'coop_bank')),
    -- Heads change all the time: room for new versions of a row beside the old one.
    SET (fillfactor = 50);

ALTER TABLE ledger_postings
    -- The line as it was booked: these bytes are what is hashed.
    ADD COLUMN canonical bytea,
    ADD COLUMN hash bytea CHECK (octet_length(hash) = 32);

-- What was booked before there were chains is chained now, in its order.
ALTER TABLE ledger_postings DISABLE TRIGGER ledger_postings_append_only;
DO $$
DECLARE
    line record;
    bytes bytea;
    head_now bytea;
BEGIN
    FOR line IN
        SELECT p.*, a.code, e.key, e.kind, e.occurred_at, e.recorded_at, e.reverses, e.detail
        FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
            JOIN ledger_entries e ON e.id = p.entry_id
        ORDER BY p.account_id, p.seq
    LOOP
        bytes := ledger_canonical(line.code, line.seq, line.entry_id, line.key, line.kind,
            line.occurred_at, line.recorded_at, line.reverses, line.currency, line.amount,
            line.previous, line.balance, line.detail::text);
        SELECT head INTO head_now FROM ledger_accounts WHERE id = line.account_id;
        head_now := ledger_hash(line.code, line.seq, head_now, bytes);
        UPDATE ledger_postings SET canonical = bytes, hash = head_now
            WHERE account_id = line.account_id AND seq = line.seq;
        UPDATE ledger_accounts SET head = head_now WHERE id = line.account_id;
    END LOOP;
END $$;
ALTER TABLE ledger_postings ENABLE TRIGGER ledger_postings_append_only;
ALTER TABLE ledger_postings ALTER canonical SET NOT NULL, ALTER hash SET NOT NULL;

-- The head of an account moves on by one line at a time. Who owns it, and in what currency, stays.
CREATE FUNCTION ledger_account_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.kind, NEW.owner_id, NEW.currency, NEW.seq)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.kind, OLD.owner_id, OLD.currency, OLD.seq + 1) THEN
        RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_accounts_move_on BEFORE UPDATE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION ledger_account_moves_on();
CREATE TRIGGER ledger_accounts_stay BEFORE DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_accounts_no_truncate BEFORE TRUNCATE ON ledger_accounts
    EXECUTE FUNCTION ledger_refuse();

-- The one door: books an entry with its postings, or does nothing when its key is known already.
-- Accounts come as parallel arrays; they are made where missing and locked in the order of their
-- codes, so that two writers cannot deadlock. Returns whether something was written.
--
-- It runs as the owner of the tables: its callers need no right to them.
DROP FUNCTION ledger_post;
CREATE FUNCTION ledger_post(
    p_id uuid, p_key text, p_kind text, p_occurred_at timestamptz, p_recorded_at timestamptz,
    p_reverses uuid, p_detail text, p_currency text,
    p_codes text[], p_kinds text[], p_owners uuid[], p_amounts bigint[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    line record;
    account ledger_accounts;
    bytes bytea;
    line_hash bytea;
BEGIN
    INSERT INTO ledger_entries (id, key, kind, occurred_at, recorded_at, reverses, detail)
        VALUES (p_id, p_key, p_kind, p_occurred_at, p_recorded_at, p_reverses, p_detail::jsonb)
        ON CONFLICT (key) DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    FOR line IN
        SELECT * FROM unnest(p_codes, p_kinds, p_owners, p_amounts) AS l(code, kind, owner_id, amount)
        ORDER BY code COLLATE "C"
    LOOP
        SELECT * INTO account FROM ledger_accounts WHERE code = line.code FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            INSERT INTO ledger_accounts (code, kind, owner_id, currency)
                VALUES (line.code, line.kind, line.owner_id, p_currency)
                ON CONFLICT (code) DO NOTHING;
            SELECT * INTO STRICT account FROM ledger_accounts WHERE code = line.code
                FOR NO KEY UPDATE;
        END IF;
        bytes := ledger_canonical(account.code, account.seq + 1, p_id, p_key, p_kind,
            p_occurred_at, p_recorded_at, p_reverses, p_currency, line.amount, account.balance,
            account.balance + line.amount, p_detail);
        line_hash := ledger_hash(account.code, account.seq + 1, account.head, bytes);
        INSERT INTO ledger_postings (entry_id, account_id, currency, seq, amount, previous, balance,
                canonical, hash)
            VALUES (p_id, account.id, p_currency, account.seq + 1, line.amount, account.balance,
                account.balance + line.amount, bytes, line_hash);
        UPDATE ledger_accounts
            SET seq = account.seq + 1, balance = account.balance + line.amount, head = line_hash
            WHERE id = account.id;
    END LOOP;
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_post FROM PUBLIC;
