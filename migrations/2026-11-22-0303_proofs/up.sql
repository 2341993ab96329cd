-- Pictures of handing over: what is known of them. The pictures themselves are in the store.
CREATE TABLE proofs (
    -- Made on the phone: the same picture twice is one.
    id          uuid PRIMARY KEY,
    task_id     uuid NOT NULL REFERENCES tasks,
    courier_id  uuid NOT NULL REFERENCES couriers,
    kind        text NOT NULL CHECK (kind IN ('photo', 'signature')),
    taken_at    timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- Of the bytes as they were sent.
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    width       integer NOT NULL CHECK (width > 0),
    height      integer NOT NULL CHECK (height > 0)
);
CREATE INDEX proofs_by_task ON proofs (task_id, taken_at, id);
CREATE INDEX proofs_by_age ON proofs (received_at);
