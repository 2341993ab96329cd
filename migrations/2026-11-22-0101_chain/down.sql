DROP FUNCTION ledger_post;
DROP TRIGGER ledger_accounts_move_on ON ledger_accounts;
DROP TRIGGER ledger_accounts_stay ON ledger_accounts;
DROP TRIGGER ledger_accounts_no_truncate ON ledger_accounts;
ALTER TABLE ledger_postings DROP COLUMN canonical, DROP COLUMN hash;
ALTER TABLE ledger_accounts DROP COLUMN head, RESET (fillfactor);
ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_no_debt,
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN
        ('courier_pay', 'merchant_receivable', 'coop_revenue', 'coop_operations'));
DROP FUNCTION ledger_account_moves_on, ledger_hash, ledger_canonical, ledger_micros, ledger_text,
    ledger_number, ledger_field;

CREATE FUNCTION ledger_post(
    p_id uuid, p_key text, p_kind text, p_occurred_at timestamptz, p_recorded_at timestamptz,
    p_detail jsonb, p_currency text,
    p_codes text[], p_kinds text[], p_owners uuid[], p_amounts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line record;
    account ledger_accounts;
BEGIN
    INSERT INTO ledger_entries (id, key, kind, occurred_at, recorded_at, detail)
        VALUES (p_id, p_key, p_kind, p_occurred_at, p_recorded_at, p_detail)
        ON CONFLICT (key) DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    FOR line IN
        SELECT * FROM unnest(p_codes, p_kinds, p_owners, p_amounts) AS l(code, kind, owner_id, amount)
        ORDER BY code COLLATE "C"
    LOOP
        INSERT INTO ledger_accounts (code, kind, owner_id, currency)
            VALUES (line.code, line.kind, line.owner_id, p_currency) ON CONFLICT (code) DO NOTHING;
        UPDATE ledger_accounts SET seq = seq + 1, balance = balance + line.amount
            WHERE code = line.code RETURNING * INTO account;
        INSERT INTO ledger_postings (entry_id, account_id, currency, seq, amount, previous, balance)
            VALUES (p_id, account.id, p_currency, account.seq, line.amount,
                    account.balance - line.amount, account.balance);
    END LOOP;
    RETURN true;
END $$;
