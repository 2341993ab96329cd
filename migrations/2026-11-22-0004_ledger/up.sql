-- The pay ledger: double entry, append-only, balanced by the database itself.

CREATE TABLE ledger_accounts (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- `courier:<uuid>:pay`, `coop:operations`. Pseudonymous: no name, ever.
    code      text NOT NULL UNIQUE CHECK (char_length(code) <= 100),
    kind      text NOT NULL CHECK (kind IN
        ('courier_pay', 'merchant_receivable', 'coop_revenue', 'coop_operations')),
    owner_id  uuid,
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- The head of the account: how many postings it has, and their sum.
    seq       bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
    balance   bigint NOT NULL DEFAULT 0,
    UNIQUE (id, currency)
);

CREATE TABLE ledger_entries (
    id            uuid PRIMARY KEY,
    -- The business key: one effect for ever (`delivery:<id>:pay`, `shift:<id>:guarantee`).
    key           text NOT NULL UNIQUE CHECK (char_length(key) BETWEEN 1 AND 200),
    kind          text NOT NULL,
    occurred_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    reverses      uuid UNIQUE REFERENCES ledger_entries,
    -- Tariff, version, inputs and result: enough to reckon the amount again.
    detail        jsonb NOT NULL
);

CREATE TABLE ledger_postings (
    entry_id   uuid NOT NULL REFERENCES ledger_entries,
    account_id uuid NOT NULL,
    currency   text NOT NULL,
    seq        bigint NOT NULL CHECK (seq > 0),
    amount     bigint NOT NULL CHECK (amount <> 0),
    previous   bigint NOT NULL,
    balance    bigint NOT NULL CHECK (balance = previous + amount),
    PRIMARY KEY (account_id, seq),
    UNIQUE (entry_id, account_id),
    FOREIGN KEY (account_id, currency) REFERENCES ledger_accounts (id, currency)
);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries
    EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_postings_no_truncate BEFORE TRUNCATE ON ledger_postings
    EXECUTE FUNCTION ledger_refuse();

-- Checked at commit: an entry has two postings or more, and sums to zero in each currency.
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry uuid;
BEGIN
    IF TG_TABLE_NAME = 'ledger_postings' THEN entry := NEW.entry_id; ELSE entry := NEW.id; END IF;
    IF (SELECT count(*) FROM ledger_postings WHERE entry_id = entry) < 2 THEN
        RAISE EXCEPTION 'ledger entry % has fewer than two postings', entry
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_postings WHERE entry_id = entry
               GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', entry
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_postings_balance AFTER INSERT ON ledger_postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

-- The one door: books an entry with its postings, or does nothing when its key is known already.
-- Accounts come as parallel arrays; they are made where missing and locked in the order of their
-- codes, so that two writers cannot deadlock. Returns whether something was written.
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
