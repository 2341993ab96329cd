-- When couriers would rather work, and their days off.

CREATE TABLE availability (
    courier_id uuid PRIMARY KEY REFERENCES couriers,
    rules      jsonb NOT NULL
);

CREATE TABLE days_off (
    id          uuid PRIMARY KEY,
    courier_id  uuid NOT NULL REFERENCES couriers,
    first_day   text NOT NULL CHECK (first_day ~ '^\d{4}-\d\d-\d\d$'),
    last_day    text NOT NULL CHECK (last_day ~ '^\d{4}-\d\d-\d\d$' AND last_day >= first_day),
    note        text CHECK (char_length(note) BETWEEN 1 AND 1000),
    asked_at    timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'withdrawn')),
    answered_at timestamptz CHECK (answered_at >= asked_at),
    answered_by uuid REFERENCES users,
    reason      text CHECK (char_length(reason) BETWEEN 1 AND 1000),
    -- A person answers, and says why not.
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK (state NOT IN ('granted', 'refused') OR answered_at IS NOT NULL),
    CHECK (state <> 'asked' OR answered_at IS NULL),
    CHECK (state <> 'refused' OR reason IS NOT NULL)
);
CREATE INDEX days_off_by_courier ON days_off (courier_id, id DESC);
CREATE INDEX days_off_asked ON days_off (id) WHERE state = 'asked';
