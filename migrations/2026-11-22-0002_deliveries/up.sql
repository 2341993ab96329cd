-- What merchants ask for, and the pickups and drop-offs it is made of.

CREATE TABLE deliveries (
    id                 uuid PRIMARY KEY,
    merchant_id        uuid NOT NULL REFERENCES merchants,
    external_reference text CHECK (char_length(external_reference) BETWEEN 1 AND 100),
    state              text NOT NULL CHECK (state IN
        ('open', 'assigned', 'picked_up', 'delivered', 'failed', 'cancelled')),
    placed_at          timestamptz NOT NULL,
    ready_at           timestamptz NOT NULL,
    due_at             timestamptz NOT NULL CHECK (due_at > placed_at),
    courier_id         uuid REFERENCES couriers,
    -- A person assigned it: the engine leaves it alone.
    by_hand            boolean NOT NULL DEFAULT false,
    assigned_at        timestamptz,
    picked_up_at       timestamptz,
    ended_at           timestamptz,
    end_code           text,
    end_note           text CHECK (char_length(end_note) <= 1000),
    price_amount       bigint NOT NULL CHECK (price_amount >= 0),
    currency           text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    packages           jsonb NOT NULL,
    instructions       text CHECK (char_length(instructions) <= 2000),
    version            bigint NOT NULL DEFAULT 1,
    UNIQUE (merchant_id, external_reference),
    CHECK ((state IN ('assigned', 'picked_up', 'delivered')) <= (courier_id IS NOT NULL AND assigned_at IS NOT NULL)),
    CHECK ((state = 'open') <= (courier_id IS NULL)),
    CHECK ((state IN ('picked_up', 'delivered')) <= (picked_up_at IS NOT NULL)),
    CHECK ((state IN ('delivered', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state IN ('failed', 'cancelled')) = (end_code IS NOT NULL))
);
CREATE INDEX deliveries_open_by_due ON deliveries (due_at, id) WHERE state = 'open';
CREATE INDEX deliveries_held_by_courier ON deliveries (courier_id) WHERE state IN ('assigned', 'picked_up');
CREATE INDEX deliveries_by_merchant ON deliveries (merchant_id, id DESC);
CREATE INDEX deliveries_by_end ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE tasks (
    id            uuid PRIMARY KEY,
    delivery_id   uuid NOT NULL REFERENCES deliveries,
    seq           smallint NOT NULL CHECK (seq >= 0),
    kind          text NOT NULL CHECK (kind IN ('pickup', 'dropoff')),
    state         text NOT NULL CHECK (state IN ('todo', 'doing', 'done', 'failed', 'cancelled')),
    lat_e6        integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lng_e6        integer NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
    address       text CHECK (char_length(address) <= 500),
    contact_name  text CHECK (char_length(contact_name) <= 200),
    contact_phone text CHECK (char_length(contact_phone) <= 40),
    not_before    timestamptz,
    not_after     timestamptz,
    -- Where it stands in the route of the courier who holds the delivery.
    rank          integer NOT NULL DEFAULT 0,
    started_at    timestamptz,
    ended_at      timestamptz,
    signed_by     text CHECK (char_length(signed_by) BETWEEN 1 AND 200),
    failure_code  text,
    failure_note  text CHECK (char_length(failure_note) <= 1000),
    UNIQUE (delivery_id, seq),
    CHECK (not_after > not_before),
    CHECK ((state = 'doing') <= (started_at IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
    CHECK ((signed_by IS NOT NULL) <= (state = 'done'))
);
