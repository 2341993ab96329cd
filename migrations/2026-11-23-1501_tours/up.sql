-- Deliveries that the desk has put together for one courier to ride on a day, in an order.
CREATE TABLE tours (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    day        text NOT NULL CHECK (day ~ '^\d{4}-\d{2}-\d{2}$'),
    -- Tasks, in riding order.
    stops      uuid[] NOT NULL CHECK (cardinality(stops) <= 200),
    version    bigint NOT NULL CHECK (version >= 1),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL REFERENCES users,
    -- Acts in the log name it, so its row stays.
    removed_at timestamptz
);
CREATE INDEX tours_by_day ON tours (day, id) WHERE removed_at IS NULL;

-- A column, so that nothing is in two tours.
ALTER TABLE deliveries ADD COLUMN tour_id uuid REFERENCES tours;
CREATE INDEX deliveries_by_tour ON deliveries (tour_id) WHERE tour_id IS NOT NULL;
