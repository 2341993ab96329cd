-- Standing orders: the same delivery on every day of a rule.

CREATE TABLE standing_orders (
    id            uuid PRIMARY KEY,
    merchant_id   uuid NOT NULL REFERENCES merchants,
    -- The delivery, the rule and its days.
    terms         jsonb NOT NULL,
    made_at       timestamptz NOT NULL,
    version       bigint NOT NULL,
    -- When it was made, resumed or changed: no day before is made.
    since         timestamptz NOT NULL,
    paused        boolean NOT NULL,
    -- The first day that is made again; null: when somebody resumes it.
    paused_until  text CHECK (paused_until ~ '^\d{4}-\d\d-\d\d$'),
    ended_at      timestamptz,
    -- Up to here there is nothing to look for again today, ...
    looked_until  text CHECK (looked_until ~ '^\d{4}-\d\d-\d\d$'),
    -- ... and up to here not at all: every day has its line.
    settled_until text CHECK (settled_until ~ '^\d{4}-\d\d-\d\d$'),
    CHECK (settled_until <= looked_until),
    CHECK (paused OR paused_until IS NULL)
);
CREATE INDEX standing_orders_by_merchant ON standing_orders (merchant_id, id);
CREATE INDEX standing_orders_running ON standing_orders (looked_until NULLS FIRST, id)
    WHERE ended_at IS NULL;

-- What became of a day: a delivery, or the reason why there is none. Each day once, whoever looks.
CREATE TABLE standing_days (
    standing_order_id uuid NOT NULL REFERENCES standing_orders,
    day               text NOT NULL CHECK (day ~ '^\d{4}-\d\d-\d\d$'),
    delivery_id       uuid UNIQUE REFERENCES deliveries,
    skip_code         text,
    skip_note         text CHECK (char_length(skip_note) BETWEEN 1 AND 1000),
    settled_at        timestamptz NOT NULL,
    PRIMARY KEY (standing_order_id, day),
    CHECK ((delivery_id IS NULL) <> (skip_code IS NULL)),
    CHECK ((skip_code IS NULL) = (skip_note IS NULL))
);
