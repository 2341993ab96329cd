-- What goes wrong on the way: told by couriers, looked after by dispatchers.

CREATE TABLE incidents (
    -- Made on the phone: told twice, it is one.
    id          uuid PRIMARY KEY,
    courier_id  uuid NOT NULL REFERENCES couriers,
    -- The stop at which it happened, if it has to do with one. No key: a stop may be taken back.
    task_id     uuid,
    delivery_id uuid REFERENCES deliveries,
    kind        text NOT NULL CHECK (kind IN
        ('fall', 'goods', 'aggression', 'vehicle', 'address', 'customer', 'other')),
    note        text CHECK (char_length(note) BETWEEN 1 AND 1000),
    happened_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    priority    text NOT NULL CHECK (priority IN ('urgent', 'normal', 'low')),
    assigned_to uuid REFERENCES users,
    -- What the merchant is told; nothing: it hears of nothing.
    shared      text CHECK (char_length(shared) BETWEEN 1 AND 1000),
    state       text NOT NULL CHECK (state IN ('open', 'closed', 'reopened')),
    moved_by    uuid REFERENCES users,
    moved_at    timestamptz,
    done        text CHECK (char_length(done) BETWEEN 1 AND 1000),
    version     bigint NOT NULL CHECK (version > 0),
    CHECK ((task_id IS NULL) = (delivery_id IS NULL)),
    CHECK ((state = 'open') = (moved_by IS NULL)),
    CHECK ((moved_by IS NULL) = (moved_at IS NULL)),
    CHECK ((state = 'closed') = (done IS NOT NULL)),
    CHECK (shared IS NULL OR delivery_id IS NOT NULL)
);
CREATE INDEX incidents_open ON incidents (id) WHERE state <> 'closed';
CREATE INDEX incidents_by_courier ON incidents (courier_id, id DESC);
CREATE INDEX incidents_by_delivery ON incidents (delivery_id, id DESC) WHERE delivery_id IS NOT NULL;
CREATE INDEX incidents_by_end ON incidents (moved_at) WHERE state = 'closed';

-- Remarks of dispatchers, for dispatchers.
CREATE TABLE incident_comments (
    id          uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents ON DELETE CASCADE,
    user_id     uuid NOT NULL REFERENCES users,
    at          timestamptz NOT NULL,
    note        text NOT NULL CHECK (char_length(note) BETWEEN 1 AND 1000)
);
CREATE INDEX incident_comments_by_incident ON incident_comments (incident_id, id);

-- Pictures of it: the pictures themselves are in the store.
CREATE TABLE incident_pictures (
    id          uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    received_at timestamptz NOT NULL,
    -- Of the bytes as they were sent.
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32)
);
CREATE INDEX incident_pictures_by_incident ON incident_pictures (incident_id, id);
CREATE INDEX incident_pictures_by_age ON incident_pictures (received_at);
