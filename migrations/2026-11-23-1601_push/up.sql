-- Phones that want to be knocked at while the app is closed (W3C Push API). Where, and the keys that only
-- that phone can open a message with, are sealed; the hash tells one phone from another.
CREATE TABLE push_phones (
    address_sha256 bytea PRIMARY KEY CHECK (octet_length(address_sha256) = 32),
    courier_id     uuid NOT NULL REFERENCES couriers ON DELETE CASCADE,
    sealed         bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 40 AND 4096),
    language       text NOT NULL CHECK (language IN ('fr', 'en')),
    since          timestamptz NOT NULL
);
CREATE INDEX push_phones_courier ON push_phones (courier_id, since);

-- Up to which event phones have been knocked at.
CREATE TABLE push_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL
);
INSERT INTO push_cursor (seq) SELECT coalesce(max(seq), 0) FROM outbox;
