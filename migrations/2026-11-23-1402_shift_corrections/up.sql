-- Hours of ended shifts that were written down wrongly: what they were, what they should have been, who
-- says so, when and why. Written once, never changed.
CREATE TABLE shift_corrections (
    id               uuid PRIMARY KEY,
    shift_id         uuid NOT NULL REFERENCES shifts,
    courier_id       uuid NOT NULL REFERENCES couriers,
    asked_by         uuid NOT NULL REFERENCES users,
    -- Whether it was the courier who asked.
    by_courier       boolean NOT NULL,
    asked_at         timestamptz NOT NULL,
    reason           text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 1000),
    was_started_at   timestamptz NOT NULL,
    was_ended_at     timestamptz NOT NULL,
    was_breaks       tstzmultirange NOT NULL,
    was_paid_seconds bigint NOT NULL CHECK (was_paid_seconds >= 0),
    started_at       timestamptz NOT NULL,
    ended_at         timestamptz NOT NULL CHECK (ended_at > started_at),
    breaks           tstzmultirange NOT NULL CHECK (tstzrange(started_at, ended_at) @> breaks),
    paid_seconds     bigint NOT NULL CHECK (paid_seconds >= 0)
);
CREATE INDEX shift_corrections_by_courier ON shift_corrections (courier_id, id DESC);
CREATE INDEX shift_corrections_by_shift ON shift_corrections (shift_id, id);

-- Whoever it was up to has answered; without a line here it waits, or took effect at once.
CREATE TABLE shift_correction_verdicts (
    correction_id uuid PRIMARY KEY REFERENCES shift_corrections,
    decided_by    uuid NOT NULL REFERENCES users,
    decided_at    timestamptz NOT NULL,
    agreed        boolean NOT NULL,
    reason        text CHECK (char_length(reason) BETWEEN 1 AND 1000)
);

-- Words may be erased with the courier they are about; nothing else changes.
CREATE FUNCTION shift_corrections_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.reason = 'erased'
        AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was corrected stays written: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shift_corrections_append_only BEFORE UPDATE OR DELETE ON shift_corrections
    FOR EACH ROW EXECUTE FUNCTION shift_corrections_refuse();
CREATE TRIGGER shift_correction_verdicts_append_only BEFORE UPDATE OR DELETE ON shift_correction_verdicts
    FOR EACH ROW EXECUTE FUNCTION shift_corrections_refuse();
