-- Planned shifts that somebody had and has no longer: for their calendar, and for whoever gives one back
-- twice. The shift itself may be gone, or a colleague's.
CREATE TABLE shifts_gone (
    shift_id     uuid NOT NULL,
    courier_id   uuid NOT NULL REFERENCES couriers,
    planned_from timestamptz NOT NULL,
    planned_to   timestamptz NOT NULL CHECK (planned_to > planned_from),
    gone_at      timestamptz NOT NULL,
    given_back   boolean NOT NULL,
    -- How often: a shift may come back from a colleague.
    times        integer NOT NULL CHECK (times > 0),
    PRIMARY KEY (shift_id, courier_id)
);
CREATE INDEX shifts_gone_by_courier ON shifts_gone (courier_id, planned_from DESC, shift_id);

-- A courier's secret link to the own shifts; whoever reads the database cannot use it.
CREATE TABLE calendar_links (
    courier_id   uuid PRIMARY KEY REFERENCES couriers,
    token_sha256 bytea NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    made_at      timestamptz NOT NULL
);
