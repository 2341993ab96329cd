-- The heads of all accounts under one signature, and the tariffs that lines were reckoned by.

-- The keys that sign checkpoints. The private half is sealed with the operator's secret.
CREATE TABLE ledger_keys (
    public_key bytea PRIMARY KEY CHECK (octet_length(public_key) = 32),
    sealed_key bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE ledger_checkpoints (
    number        bigint PRIMARY KEY CHECK (number > 0),
    issued_at     timestamptz NOT NULL,
    size          bigint NOT NULL CHECK (size > 0),
    root          bytea NOT NULL CHECK (octet_length(root) = 32),
    previous_root bytea NOT NULL CHECK (octet_length(previous_root) = 32),
    public_key    bytea NOT NULL REFERENCES ledger_keys,
    signature     bytea NOT NULL CHECK (octet_length(signature) = 64)
);

-- A leaf is kept where it changed: the tree of a checkpoint has, for each account, the last one up
-- to it.
CREATE TABLE ledger_leaves (
    account_id uuid NOT NULL REFERENCES ledger_accounts,
    checkpoint bigint NOT NULL REFERENCES ledger_checkpoints DEFERRABLE INITIALLY DEFERRED,
    seq        bigint NOT NULL CHECK (seq > 0),
    head       bytea NOT NULL CHECK (octet_length(head) = 32),
    PRIMARY KEY (account_id, checkpoint)
);

-- A name and a version mean one text, for ever.
CREATE TABLE ledger_tariffs (
    hash     bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    name     text NOT NULL,
    version  text NOT NULL,
    text     text NOT NULL,
    added_at timestamptz NOT NULL,
    UNIQUE (name, version),
    CHECK (hash = sha256(convert_to(text, 'UTF8')))
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY
        ARRAY['ledger_keys', 'ledger_checkpoints', 'ledger_leaves', 'ledger_tariffs']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', name || '_append_only', name);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I
            EXECUTE FUNCTION ledger_refuse()', name || '_no_truncate', name);
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM paceline_api', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO paceline_api', name);
    END LOOP;
END $$;
GRANT SELECT ON ledger_checkpoints, ledger_tariffs TO paceline_reader;
