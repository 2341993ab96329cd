-- The outbox: what happened, written in the transaction in which it happened.

CREATE SEQUENCE outbox_published;

CREATE TABLE outbox (
    id           uuid PRIMARY KEY,
    -- Given by the one publisher after commit, so that readers never see a gap fill up behind them.
    seq          bigint UNIQUE,
    kind         text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    merchant_id  uuid,
    courier_id   uuid,
    payload      jsonb NOT NULL
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE seq IS NULL;
