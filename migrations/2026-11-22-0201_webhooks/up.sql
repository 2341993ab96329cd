-- Webhooks: who is told over the network, what waits to be told, and how each try went.

CREATE TABLE webhooks (
    id                   uuid PRIMARY KEY,
    merchant_id          uuid NOT NULL REFERENCES merchants,
    url                  text NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2000),
    -- Which events; none named means all.
    kinds                text[] NOT NULL,
    -- Signing needs the secret itself, so it is sealed and not hashed.
    sealed_secret        bytea NOT NULL,
    -- After a rotation both sign for a while.
    sealed_secret_before bytea,
    before_until         timestamptz,
    disabled_reason      text CHECK (char_length(disabled_reason) <= 1000),
    -- Failed tries since the last success, and since when.
    failures             integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since        timestamptz,
    -- Left alone until then, after too many failures in a row.
    rests_until          timestamptz NOT NULL,
    created_at           timestamptz NOT NULL,
    CHECK ((failures = 0) = (failing_since IS NULL)),
    CHECK ((sealed_secret_before IS NULL) = (before_until IS NULL))
);
CREATE INDEX webhooks_by_merchant ON webhooks (merchant_id, id);
CREATE INDEX webhooks_listening ON webhooks (rests_until, id) WHERE disabled_reason IS NULL;

CREATE TABLE webhook_messages (
    id            uuid PRIMARY KEY,
    webhook_id    uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    kind          text NOT NULL,
    -- The event's number; none for a test message.
    event_seq     bigint,
    -- What it is about: messages about one thing go out one after the other.
    resource_id   uuid NOT NULL,
    position      bigint GENERATED ALWAYS AS IDENTITY,
    -- As it is signed and sent, byte for byte.
    body          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at        timestamptz NOT NULL,
    -- Somebody is sending it; taken back when that time is over.
    claimed_until timestamptz,
    made_at       timestamptz NOT NULL,
    ended_at      timestamptz,
    -- An event is told to an endpoint once.
    UNIQUE (webhook_id, event_seq),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_messages_waiting ON webhook_messages (webhook_id, resource_id, position)
    WHERE state = 'waiting';
CREATE INDEX webhook_messages_by_webhook ON webhook_messages (webhook_id, id DESC);
CREATE INDEX webhook_messages_by_age ON webhook_messages (made_at);

CREATE TABLE webhook_attempts (
    message_id uuid NOT NULL REFERENCES webhook_messages ON DELETE CASCADE,
    number     integer NOT NULL CHECK (number > 0),
    at         timestamptz NOT NULL,
    took_ms    bigint NOT NULL CHECK (took_ms >= 0),
    -- The answer's status, or what kept it from coming.
    status     integer,
    error      text CHECK (char_length(error) <= 1000),
    PRIMARY KEY (message_id, number),
    CHECK ((status IS NULL) <= (error IS NOT NULL))
);

-- Up to which event messages have been made.
CREATE TABLE webhook_cursor (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq      bigint NOT NULL
);
INSERT INTO webhook_cursor (seq) SELECT coalesce(max(seq), 0) FROM outbox;

-- For those who catch up with their own events.
CREATE INDEX outbox_by_merchant ON outbox (merchant_id, seq) WHERE seq IS NOT NULL;
