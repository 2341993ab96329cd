-- The outbox: what happened, written in the transaction in which it happened.

CREATE SEQUENCE outbox_published;

CREATE TABLE outbox (
    id           uuid PRIMARY KEY,
    -- In the order of writing: within a transaction, and between those that waited for one lock.
    position     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- Given by the one publisher after commit, so that readers never see a gap fill up behind them.
    seq          bigint UNIQUE,
    kind         text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    merchant_id  uuid,
    courier_id   uuid,
    payload      jsonb NOT NULL
);
CREATE INDEX outbox_unpublished ON outbox (position) WHERE seq IS NULL;
