-- What the desk writes on a delivery, and who at the desk did what.

ALTER TABLE deliveries
    ADD COLUMN tags      text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 20),
    ADD COLUMN desk_note text CHECK (char_length(desk_note) BETWEEN 1 AND 1000),
    -- Neither the engine nor another dispatcher moves it until it is let go.
    ADD COLUMN locked    boolean NOT NULL DEFAULT false;

-- One line for each act of a person at the desk. Written with the act, never changed.
CREATE TABLE acts (
    id          uuid PRIMARY KEY,
    -- The order in which they were written, also within one instant.
    seq         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    at          timestamptz NOT NULL,
    user_id     uuid NOT NULL REFERENCES users,
    kind        text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
    delivery_id uuid REFERENCES deliveries,
    courier_id  uuid REFERENCES couriers,
    -- The version that the act led to: of the delivery, or of the courier's route; 0 for others.
    version     bigint NOT NULL,
    detail      jsonb NOT NULL
);
CREATE INDEX acts_by_delivery ON acts (delivery_id, seq DESC);

CREATE FUNCTION acts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what somebody did is not rewritten: % on acts is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER acts_append_only BEFORE UPDATE OR DELETE ON acts
    FOR EACH ROW EXECUTE FUNCTION acts_refuse();
