DROP TRIGGER ledger_accounts_begin ON ledger_accounts;
DROP TRIGGER ledger_accounts_keep ON ledger_accounts;
DROP TRIGGER ledger_accounts_move_on ON ledger_accounts;
DROP FUNCTION ledger_refuse_account();
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
ALTER TABLE ledger_accounts
    ADD CONSTRAINT ledger_accounts_code_check CHECK (char_length(code) <= 100),
    ADD CONSTRAINT ledger_accounts_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    ADD CONSTRAINT ledger_accounts_seq_check CHECK (seq >= 0),
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN
        ('courier_pay', 'courier_tips', 'courier_expenses', 'courier_refund', 'merchant_receivable',
         'coop_revenue', 'coop_operations', 'coop_reserve', 'coop_mutual_fund', 'coop_vat', 'coop_bank'));

DROP TRIGGER ledger_entries_balance ON ledger_entries;
DROP TRIGGER ledger_postings_balance ON ledger_postings;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_postings_balance AFTER INSERT ON ledger_postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

DROP INDEX ledger_entries_by_recording;
DROP INDEX ledger_entries_reverses_key;
ALTER TABLE ledger_entries ADD UNIQUE (reverses);

CREATE OR REPLACE FUNCTION ledger_post(
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
ALTER FUNCTION ledger_post RESET enable_seqscan;
DROP FUNCTION ledger_may_take;
DROP TABLE ledger_reversals;
