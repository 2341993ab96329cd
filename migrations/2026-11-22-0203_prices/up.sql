-- Price books that the co-op edits, and the zones that their rules speak of.

CREATE TABLE zones (
    name       text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 60),
    -- A GeoJSON polygon.
    shape      jsonb NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Append-only: a new version is a new row, and the newest of a merchant, else of the co-op, counts.
CREATE TABLE price_books (
    version     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- For one merchant alone; null: for all that have none of their own.
    merchant_id uuid REFERENCES merchants,
    book        jsonb NOT NULL,
    made_by     uuid NOT NULL,
    made_at     timestamptz NOT NULL
);
CREATE INDEX price_books_by_merchant ON price_books (merchant_id, version DESC);
