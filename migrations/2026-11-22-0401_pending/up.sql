-- What is promised and not earned yet: reserved when a delivery is accepted, resolved once.

CREATE TABLE ledger_pendings (
    -- The assignment's.
    id          uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    courier_id  uuid NOT NULL REFERENCES couriers,
    amount      bigint NOT NULL CHECK (amount >= 0),
    currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Pinned: what is earned is reckoned by the tariff under which it was accepted.
    tariff      bytea NOT NULL REFERENCES ledger_tariffs,
    approach_m  bigint NOT NULL CHECK (approach_m >= 0),
    reserved_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > reserved_at)
);
CREATE INDEX ledger_pendings_by_delivery ON ledger_pendings (delivery_id);
CREATE INDEX ledger_pendings_by_courier ON ledger_pendings (courier_id, reserved_at);
CREATE INDEX ledger_pendings_by_expiry ON ledger_pendings (expires_at);

-- At most one for each: posted, voided or expired.
CREATE TABLE ledger_resolutions (
    pending_id  uuid PRIMARY KEY REFERENCES ledger_pendings,
    outcome     text NOT NULL CHECK (outcome IN ('posted', 'voided', 'expired')),
    entry_id    uuid UNIQUE REFERENCES ledger_entries,
    resolved_at timestamptz NOT NULL,
    CHECK ((outcome = 'posted') = (entry_id IS NOT NULL))
);

-- What a customer gives the courier on top, known before or after the delivery. Booked when both
-- are there.
CREATE TABLE tips (
    delivery_id uuid PRIMARY KEY REFERENCES deliveries,
    amount      bigint NOT NULL CHECK (amount BETWEEN 1 AND 100000),
    currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    given_at    timestamptz NOT NULL
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_pendings', 'ledger_resolutions', 'tips'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', name || '_append_only', name);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I
            EXECUTE FUNCTION ledger_refuse()', name || '_no_truncate', name);
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM paceline_api', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO paceline_api', name);
    END LOOP;
END $$;
