-- What merchants are asked to pay, and what they have paid.

-- Invoices and credit notes, as they were issued. Numbers are counted in each year without a gap.
CREATE TABLE invoices (
    id          uuid PRIMARY KEY,
    year        smallint NOT NULL CHECK (year BETWEEN 1970 AND 9999),
    number      integer NOT NULL CHECK (number > 0),
    merchant_id uuid NOT NULL REFERENCES merchants,
    -- The invoice that a credit note is for.
    corrects    uuid REFERENCES invoices,
    period_from timestamptz,
    period_to   timestamptz NOT NULL CHECK (period_to > period_from),
    issued_at   timestamptz NOT NULL,
    issued_by   uuid NOT NULL REFERENCES users,
    due_at      timestamptz NOT NULL CHECK (due_at >= issued_at),
    currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Names, addresses and conditions of that day.
    seller      text NOT NULL,
    buyer       text NOT NULL,
    terms       text NOT NULL,
    -- How many, and their sums: held against the lines when the transaction ends.
    lines       integer NOT NULL CHECK (lines > 0),
    net         bigint NOT NULL,
    vat         bigint NOT NULL,
    UNIQUE (year, number)
);
CREATE INDEX invoices_by_merchant ON invoices (merchant_id, year, number);

-- The lines of the merchant's account that a document asks for: each on one document, for ever.
-- Amounts are what the merchant owes by it.
CREATE TABLE invoice_lines (
    invoice_id       uuid NOT NULL REFERENCES invoices,
    position         integer NOT NULL CHECK (position > 0),
    entry_id         uuid NOT NULL UNIQUE REFERENCES ledger_entries,
    kind             text NOT NULL CHECK (kind IN ('price', 'tip', 'credit', 'reversal')),
    delivery_id      uuid REFERENCES deliveries,
    occurred_at      timestamptz NOT NULL,
    vat_basis_points bigint NOT NULL CHECK (vat_basis_points BETWEEN 0 AND 10000),
    vat              bigint NOT NULL,
    couriers         bigint NOT NULL,
    coop             bigint NOT NULL,
    mutual_fund      bigint NOT NULL,
    PRIMARY KEY (invoice_id, position)
);

-- The next number of its year, and no other.
CREATE FUNCTION invoices_count_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next integer := 1 + coalesce((SELECT max(number) FROM invoices WHERE year = NEW.year), 0);
BEGIN
    IF NEW.number <> next THEN
        RAISE EXCEPTION 'the next invoice of % is number %, not %', NEW.year, next, NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoices_count_on BEFORE INSERT ON invoices
    FOR EACH ROW EXECUTE FUNCTION invoices_count_on();

-- At the end of the transaction a document has as many lines as it says, from 1 on, and they sum to
-- what it says. As no position can be used twice and none is beyond the last, none is added later.
CREATE FUNCTION invoices_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = NEW.id
                   HAVING count(*) = NEW.lines AND max(l.position) = NEW.lines
                       AND sum(l.vat) = NEW.vat
                       AND sum(l.couriers + l.coop + l.mutual_fund) = NEW.net) THEN
        RAISE EXCEPTION 'invoice % is not the sum of its lines', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invoices_are_whole AFTER INSERT ON invoices
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoices_are_whole();

CREATE FUNCTION invoice_lines_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position > (SELECT lines FROM invoices WHERE id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'invoice % has fewer lines than %', NEW.invoice_id, NEW.position
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoice_lines_fit BEFORE INSERT ON invoice_lines
    FOR EACH ROW EXECUTE FUNCTION invoice_lines_fit();

-- Why something was given back of a price. The entry has the amount; words may name people, and the
-- books may not.
CREATE TABLE ledger_credits (
    entry_id  uuid PRIMARY KEY REFERENCES ledger_entries,
    of        uuid NOT NULL REFERENCES ledger_entries,
    reason    text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 1000),
    booked_by uuid NOT NULL REFERENCES users,
    booked_at timestamptz NOT NULL
);
CREATE INDEX ledger_credits_by_price ON ledger_credits (of);

-- What has come in at the bank, by the bank's own words.
CREATE TABLE payments (
    entry_id       uuid PRIMARY KEY REFERENCES ledger_entries,
    merchant_id    uuid NOT NULL REFERENCES merchants,
    bank_reference text NOT NULL CHECK (char_length(bank_reference) BETWEEN 1 AND 100),
    recorded_by    uuid NOT NULL REFERENCES users,
    recorded_at    timestamptz NOT NULL,
    UNIQUE (merchant_id, bank_reference)
);
CREATE INDEX payments_by_reference ON payments (bank_reference);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['invoices', 'invoice_lines', 'ledger_credits', 'payments'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', name || '_append_only', name);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I
            EXECUTE FUNCTION ledger_refuse()', name || '_no_truncate', name);
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM paceline_api', name);
    END LOOP;
END $$;
