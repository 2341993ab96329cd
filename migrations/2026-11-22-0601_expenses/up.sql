-- What couriers have laid out for the co-op, and what a treasurer said to it.
CREATE TABLE expenses (
    id             uuid PRIMARY KEY,
    courier_id     uuid NOT NULL REFERENCES couriers,
    -- When it was paid, by the co-op's calendar.
    day            text NOT NULL CHECK (day ~ '^\d{4}-\d\d-\d\d$'),
    category       text NOT NULL
        CHECK (category IN ('repair', 'equipment', 'phone', 'parking', 'travel', 'other')),
    amount         bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    note           text NOT NULL CHECK (char_length(note) BETWEEN 1 AND 1000),
    -- Of the picture of the receipt, as it was sent.
    receipt_sha256 bytea CHECK (octet_length(receipt_sha256) = 32),
    handed_in_at   timestamptz NOT NULL,
    answered_at    timestamptz CHECK (answered_at >= handed_in_at),
    answered_by    uuid REFERENCES users,
    -- What of it the co-op pays back; nothing: it is refused.
    allowed        bigint CHECK (allowed BETWEEN 0 AND amount),
    reason         text CHECK (char_length(reason) BETWEEN 1 AND 1000),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK ((answered_at IS NULL) = (allowed IS NULL)),
    CHECK (answered_at IS NOT NULL OR reason IS NULL),
    CHECK (reason IS NOT NULL OR allowed IS NULL OR allowed = amount)
);
CREATE INDEX expenses_waiting ON expenses (handed_in_at, id) WHERE answered_at IS NULL;
CREATE INDEX expenses_by_courier ON expenses (courier_id, id DESC);

-- What has been answered stands in the books: it is neither changed nor taken away afterwards. Words
-- that name people may be erased.
CREATE FUNCTION expenses_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an expense that has been answered is not changed afterwards'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER expenses_keep
    BEFORE UPDATE OF id, courier_id, day, category, amount, currency, receipt_sha256, handed_in_at,
        answered_at, answered_by, allowed ON expenses
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION expenses_keep();
CREATE TRIGGER expenses_stay BEFORE DELETE ON expenses
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION expenses_keep();
