-- Where people have taken over from the engine, and where they have given back to it. A zone without
-- a row goes with the whole co-op; a co-op without one is the engine's.
CREATE TABLE automation (
    -- Empty: the whole co-op.
    zone       text PRIMARY KEY CHECK (char_length(zone) <= 60),
    automatic  boolean NOT NULL,
    reason     text CHECK (char_length(reason) BETWEEN 1 AND 1000),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL REFERENCES users
);
