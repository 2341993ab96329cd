-- Prices and times that a merchant may take up, once, until they expire.

CREATE TABLE quotes (
    id          uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants,
    -- What was asked for, and what was answered.
    request     jsonb NOT NULL,
    terms       jsonb NOT NULL,
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > made_at),
    -- The delivery that was made of it: one at most.
    delivery_id uuid UNIQUE REFERENCES deliveries
);
CREATE INDEX quotes_unused_by_expiry ON quotes (expires_at) WHERE delivery_id IS NULL;
