-- Who takes part: merchants, couriers, the people who log in, and their credentials.

CREATE TABLE merchants (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    kind        text NOT NULL CHECK (kind IN ('restaurant', 'shop', 'producer')),
    lat_e6      integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lng_e6      integer NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
    address     text NOT NULL CHECK (char_length(address) <= 500),
    created_at  timestamptz NOT NULL
);

CREATE TABLE couriers (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    vehicle     text NOT NULL CHECK (vehicle IN ('foot', 'bike', 'cargo_bike', 'moped', 'car')),
    -- Counts every change of the courier's ordered tasks, so that a phone can tell a stale route.
    route_version bigint NOT NULL DEFAULT 0 CHECK (route_version >= 0),
    created_at  timestamptz NOT NULL
);

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    -- Stored in lower case, so that one address is one login.
    email         text NOT NULL UNIQUE CHECK (email = lower(email) AND char_length(email) <= 254),
    password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    roles         text[] NOT NULL CHECK (
        cardinality(roles) > 0 AND
        roles <@ ARRAY['courier', 'merchant', 'dispatcher', 'treasurer', 'representative', 'member', 'admin']),
    courier_id    uuid UNIQUE REFERENCES couriers,
    merchant_id   uuid REFERENCES merchants,
    created_at    timestamptz NOT NULL,
    CHECK (('courier' = ANY (roles)) = (courier_id IS NOT NULL)),
    CHECK (('merchant' = ANY (roles)) = (merchant_id IS NOT NULL))
);

-- Refresh tokens rotate: each use retires the row and writes its child in the same family. A second
-- use of a retired one means a copy is out there, and the whole family dies.
CREATE TABLE refresh_tokens (
    token_hash  bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    family      uuid NOT NULL,
    user_id     uuid NOT NULL REFERENCES users,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > issued_at),
    used_at     timestamptz,
    revoked_at  timestamptz
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE clients (
    id          uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);

-- The keys that sign access tokens. The private half is sealed with the operator's secret.
CREATE TABLE signing_keys (
    kid          text PRIMARY KEY,
    public_key   bytea NOT NULL CHECK (octet_length(public_key) = 32),
    sealed_key   bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    retired_at   timestamptz
);

-- What must outlive a process: the anchor of a scaled clock, for one.
CREATE TABLE settings (
    key         text PRIMARY KEY,
    value       jsonb NOT NULL
);

-- An answer given once is given again to the same key. Written in the transaction of its effect.
CREATE TABLE idempotency_keys (
    scope       text NOT NULL,
    key         text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 100),
    body_hash   bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    answer      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
