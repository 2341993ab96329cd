-- Posting in few steps. What holds is what held before; it is looked at where it can change.

-- An account is what it is from the first line on: looked at when it is made, and never again.
ALTER TABLE ledger_accounts
    DROP CONSTRAINT ledger_accounts_kind_check,
    DROP CONSTRAINT ledger_accounts_code_check,
    DROP CONSTRAINT ledger_accounts_currency_check,
    DROP CONSTRAINT ledger_accounts_seq_check;
CREATE FUNCTION ledger_refuse_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'not an account to begin with: %', NEW USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ledger_accounts_begin BEFORE INSERT ON ledger_accounts FOR EACH ROW
    WHEN (char_length(NEW.code) > 100 OR NEW.currency !~ '^[A-Z]{3}$' OR NEW.seq <> 0
        OR NEW.balance <> 0 OR NEW.head <> decode(repeat('00', 32), 'hex') OR NEW.kind NOT IN
        ('courier_pay', 'courier_tips', 'courier_expenses', 'courier_refund', 'merchant_receivable',
         'coop_revenue', 'coop_operations', 'coop_reserve', 'coop_mutual_fund', 'coop_vat',
         'coop_bank'))
    EXECUTE FUNCTION ledger_refuse_account();
DROP TRIGGER ledger_accounts_move_on ON ledger_accounts;
DROP FUNCTION ledger_account_moves_on();
CREATE TRIGGER ledger_accounts_keep AFTER UPDATE OF id, code, kind, owner_id, currency
    ON ledger_accounts FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_accounts_move_on AFTER UPDATE ON ledger_accounts FOR EACH ROW
    WHEN (NEW.seq <> OLD.seq + 1) EXECUTE FUNCTION ledger_refuse();

-- `ledger_post` sums an entry itself, and says so while it writes it. Whatever is written in another
-- way is still summed at commit.
DROP TRIGGER ledger_entries_balance ON ledger_entries;
DROP TRIGGER ledger_postings_balance ON ledger_postings;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('paceline.summed', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_postings_balance AFTER INSERT ON ledger_postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('paceline.summed', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION ledger_entry_balances();

-- What the books said at an instant is asked by when it was recorded.
CREATE INDEX ledger_entries_by_recording ON ledger_entries (recorded_at);

-- Few entries reverse another: those alone are in the index.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_reverses_key;
CREATE UNIQUE INDEX ledger_entries_reverses_key ON ledger_entries (reverses)
    WHERE reverses IS NOT NULL;

-- What somebody asks to have taken back. Where a courier's account falls by it, it waits until the
-- courier agrees, or a second person does.
CREATE TABLE ledger_reversals (
    entry_id   uuid PRIMARY KEY REFERENCES ledger_entries,
    -- Whose account falls; null: no courier's.
    courier_id uuid REFERENCES couriers,
    reason     text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 1000),
    asked_by   uuid NOT NULL REFERENCES users,
    asked_at   timestamptz NOT NULL,
    agreed_by  uuid REFERENCES users CHECK (agreed_by <> asked_by),
    agreed_at  timestamptz CHECK (agreed_at >= asked_at),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL))
);
CREATE INDEX ledger_reversals_by_courier ON ledger_reversals (courier_id, asked_at);
CREATE INDEX ledger_reversals_waiting ON ledger_reversals (asked_at)
    WHERE courier_id IS NOT NULL AND agreed_at IS NULL;
REVOKE DELETE ON ledger_reversals FROM paceline_api;

-- Whether so much may be taken from a courier's account by reversing an entry: somebody else agreed,
-- or a correction of the same entry has given as much before.
CREATE FUNCTION ledger_may_take(p_entry uuid, p_account uuid, p_taken bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM ledger_reversals r
                   WHERE r.entry_id = p_entry AND r.agreed_by <> r.asked_by)
        OR EXISTS (SELECT FROM ledger_entries c JOIN ledger_postings p ON p.entry_id = c.id
                   WHERE c.key = 'entry:' || p_entry || ':correction' AND p.account_id = p_account
                       AND p.amount >= p_taken)
$$;
REVOKE EXECUTE ON FUNCTION ledger_may_take FROM PUBLIC;
-- An auditor asks it, too.
GRANT EXECUTE ON FUNCTION ledger_may_take TO paceline_api;

-- The one door: books an entry with its postings, or does nothing when its key is known already.
-- Accounts come as parallel arrays; they are made where missing and locked in the order of their
-- codes, so that two writers cannot deadlock. Returns whether something was written.
--
-- It runs as the owner of the tables: its callers need no right to them. Bytes and hashes are
-- reckoned between the statements: plpgsql keeps an expression ready, a statement makes it anew.
CREATE OR REPLACE FUNCTION ledger_post(
    p_id uuid, p_key text, p_kind text, p_occurred_at timestamptz, p_recorded_at timestamptz,
    p_reverses uuid, p_detail text, p_currency text,
    p_codes text[], p_kinds text[], p_owners uuid[], p_amounts bigint[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- By the index even where there are few accounts: their rows change all the time.
SET enable_seqscan = off AS $$
DECLARE
    lines CONSTANT integer := cardinality(p_codes);
    total bigint := 0;
    sorted boolean := true;
    account record;
    bytes bytea;
    -- What the bytes of all lines of the entry have in common: see ledger_canonical.
    middle bytea;
    ending bytea;
    link bytea;
    summed text;
BEGIN
    FOR i IN 1..lines LOOP
        total := total + p_amounts[i];
        sorted := sorted AND (i = 1 OR p_codes[i - 1] COLLATE "C" < p_codes[i]);
    END LOOP;
    IF lines < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger entry % %', p_id,
            CASE WHEN lines < 2 THEN 'has fewer than two postings' ELSE 'does not sum to zero' END
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT sorted THEN
        SELECT array_agg(l.code ORDER BY l.code COLLATE "C"),
                array_agg(l.kind ORDER BY l.code COLLATE "C"),
                array_agg(l.owner_id ORDER BY l.code COLLATE "C"),
                array_agg(l.amount ORDER BY l.code COLLATE "C")
            INTO p_codes, p_kinds, p_owners, p_amounts
            FROM unnest(p_codes, p_kinds, p_owners, p_amounts) AS l(code, kind, owner_id, amount);
    END IF;
    summed := set_config('paceline.summed', 'yes', true);
    INSERT INTO ledger_entries (id, key, kind, occurred_at, recorded_at, reverses, detail)
        VALUES (p_id, p_key, p_kind, p_occurred_at, p_recorded_at, p_reverses, p_detail::jsonb)
        ON CONFLICT (key) DO NOTHING;
    IF NOT FOUND THEN
        summed := set_config('paceline.summed', '', true);
        RETURN false;
    END IF;
    middle := ledger_field(uuid_send(p_id)) || ledger_text(p_key) || ledger_text(p_kind)
        || ledger_number(ledger_micros(p_occurred_at))
        || ledger_number(ledger_micros(p_recorded_at))
        || ledger_field(coalesce(uuid_send(p_reverses), ''::bytea)) || ledger_text(p_currency);
    ending := ledger_text(p_detail);
    FOR i IN 1..lines LOOP
        SELECT a.id, a.code, a.kind, a.seq + 1 AS seq, a.balance, a.head INTO account
            FROM ledger_accounts a WHERE a.code = p_codes[i] FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            INSERT INTO ledger_accounts (code, kind, owner_id, currency)
                VALUES (p_codes[i], p_kinds[i], p_owners[i], p_currency)
                ON CONFLICT (code) DO NOTHING;
            SELECT a.id, a.code, a.kind, a.seq + 1 AS seq, a.balance, a.head INTO STRICT account
                FROM ledger_accounts a WHERE a.code = p_codes[i] FOR NO KEY UPDATE;
        END IF;
        IF p_amounts[i] < 0 AND account.kind LIKE 'courier\_%' AND p_kind <> 'payout'
            AND NOT ledger_may_take(p_reverses, account.id, -p_amounts[i]) THEN
            RAISE EXCEPTION 'nothing is taken from % unless somebody else agrees', account.code
                USING ERRCODE = 'check_violation';
        END IF;
        bytes := ledger_text('paceline-line-1') || ledger_text(account.code)
            || ledger_number(account.seq) || middle || ledger_number(p_amounts[i])
            || ledger_number(account.balance) || ledger_number(account.balance + p_amounts[i])
            || ending;
        link := ledger_hash(account.code, account.seq, account.head, bytes);
        UPDATE ledger_accounts a
            SET seq = account.seq, balance = account.balance + p_amounts[i], head = link
            WHERE a.id = account.id;
        INSERT INTO ledger_postings (entry_id, account_id, currency, seq, amount, previous, balance,
                canonical, hash)
            VALUES (p_id, account.id, p_currency, account.seq, p_amounts[i], account.balance,
                account.balance + p_amounts[i], bytes, link);
    END LOOP;
    summed := set_config('paceline.summed', '', true);
    RETURN true;
END $$;
