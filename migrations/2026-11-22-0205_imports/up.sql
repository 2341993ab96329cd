-- Tables of deliveries that a merchant hands in, row by row.

CREATE TABLE imports (
    id          uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants,
    -- The columns in the order of the file, so that it can be given back.
    header      text[] NOT NULL,
    -- Only looked at: nothing is made of it.
    dry_run     boolean NOT NULL,
    made_at     timestamptz NOT NULL
);
CREATE INDEX imports_by_merchant ON imports (merchant_id, id DESC);

CREATE TABLE import_rows (
    import_id   uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    -- As a person counts them: the header is line 1.
    line        integer NOT NULL CHECK (line > 1),
    cells       text[] NOT NULL,
    request     jsonb,
    -- `valid` stays in a dry run; `known` was there already.
    state       text NOT NULL CHECK (state IN ('waiting', 'valid', 'created', 'known', 'failed')),
    faults      jsonb NOT NULL,
    delivery_id uuid REFERENCES deliveries,
    PRIMARY KEY (import_id, line),
    CHECK ((state IN ('created', 'known')) = (delivery_id IS NOT NULL)),
    CHECK ((state = 'waiting') <= (request IS NOT NULL))
);
CREATE INDEX import_rows_waiting ON import_rows (import_id, line) WHERE state = 'waiting';
CREATE INDEX import_rows_by_state ON import_rows (import_id, state, line);
