-- What the law and the co-op promise to the people who ride, where the database can hold it.

-- What a courier was shown before any answer (Code des transports, L1326-2): the text as it was
-- shown, and its hash. Neither changes any more.
ALTER TABLE offers ADD COLUMN shown text, ADD COLUMN shown_sha256 bytea;
UPDATE offers SET shown = terms::text, shown_sha256 = sha256(convert_to(terms::text, 'UTF8'));
ALTER TABLE offers
    ALTER COLUMN shown SET NOT NULL,
    ALTER COLUMN shown_sha256 SET NOT NULL,
    ADD CONSTRAINT offers_shown_hash CHECK (shown_sha256 = sha256(convert_to(shown, 'UTF8')));

CREATE FUNCTION offers_keep_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.shown, NEW.terms, NEW.made_at, NEW.courier_id)
        IS DISTINCT FROM (OLD.shown, OLD.terms, OLD.made_at, OLD.courier_id) THEN
        RAISE EXCEPTION 'what offer % showed is not changed afterwards', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offers_keep_shown BEFORE UPDATE ON offers
    FOR EACH ROW EXECUTE FUNCTION offers_keep_shown();

-- No suspension without a person, a reason and a fortnight's notice, unless safety is named
-- (Directive (EU) 2024/2831, 10(5)).
CREATE TABLE suspensions (
    id           uuid PRIMARY KEY,
    courier_id   uuid NOT NULL REFERENCES couriers,
    decided_by   uuid NOT NULL REFERENCES users,
    decided_at   timestamptz NOT NULL,
    reason       text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 1000),
    safety       boolean NOT NULL,
    begins_at    timestamptz NOT NULL CHECK (begins_at >= decided_at),
    ends_at      timestamptz CHECK (ends_at > begins_at),
    lifted_at    timestamptz,
    lifted_by    uuid REFERENCES users,
    CHECK (safety OR begins_at >= decided_at + interval '14 days'),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX suspensions_by_courier ON suspensions (courier_id, id DESC);

-- A courier asks a person to look again (Directive (EU) 2024/2831, 10 and 11).
CREATE TABLE reviews (
    id           uuid PRIMARY KEY,
    courier_id   uuid NOT NULL REFERENCES couriers,
    about        jsonb NOT NULL,
    question     text NOT NULL CHECK (char_length(question) BETWEEN 1 AND 1000),
    opened_at    timestamptz NOT NULL,
    due_at       timestamptz NOT NULL CHECK (due_at = opened_at + interval '14 days'),
    answered_at  timestamptz CHECK (answered_at >= opened_at),
    answered_by  uuid REFERENCES users,
    outcome      text CHECK (outcome IN ('upheld', 'changed')),
    reasons      text CHECK (char_length(reasons) BETWEEN 1 AND 1000),
    correction   text CHECK (char_length(correction) BETWEEN 1 AND 1000),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK ((answered_at IS NULL) = (outcome IS NULL)),
    CHECK ((answered_at IS NULL) = (reasons IS NULL)),
    CHECK (COALESCE(outcome = 'changed', false) = (correction IS NOT NULL))
);
CREATE INDEX reviews_open_by_due ON reviews (due_at, id) WHERE answered_at IS NULL;
CREATE INDEX reviews_by_courier ON reviews (courier_id, id DESC);

-- When a person's rows were erased (GDPR 17); the pseudonym stays, for the books.
ALTER TABLE couriers ADD COLUMN erased_at timestamptz;
