-- What phones say: events in the order in which they happened there, and raw positions.

-- One installation of the courier app. Its events are numbered 1, 2, 3 ... and done in that order,
-- in whatever order they arrive.
CREATE TABLE phones (
    id          uuid PRIMARY KEY,
    courier_id  uuid NOT NULL REFERENCES couriers,
    -- The number of the event to be done next.
    next_seq    bigint NOT NULL DEFAULT 1 CHECK (next_seq > 0),
    heard_at    timestamptz NOT NULL
);
CREATE INDEX phones_by_courier ON phones (courier_id, id);

CREATE TABLE phone_events (
    id          uuid PRIMARY KEY,
    phone_id    uuid NOT NULL REFERENCES phones,
    seq         bigint NOT NULL CHECK (seq > 0),
    -- By the phone's clock, and by ours.
    happened_at timestamptz NOT NULL,
    heard_at    timestamptz NOT NULL,
    act         jsonb NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('waiting', 'done', 'refused')),
    code        text,
    detail      text,
    -- One number is one event: a second one in its place is refused.
    UNIQUE (phone_id, seq),
    CHECK ((outcome = 'refused') = (code IS NOT NULL AND detail IS NOT NULL))
);
CREATE INDEX phone_events_by_age ON phone_events (heard_at);

-- Where couriers were during their shifts. A day is a partition, so that forgetting is dropping it.
CREATE TABLE fixes (
    courier_id  uuid NOT NULL,
    at          timestamptz NOT NULL,
    lat_e6      integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lng_e6      integer NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
    accuracy_m  integer CHECK (accuracy_m >= 0),
    PRIMARY KEY (courier_id, at)
) PARTITION BY RANGE (at);

-- Makes the partition of a day (UTC) where it is missing. Two callers wait for each other. With its
-- owner's rights: the server itself may not make or drop tables.
CREATE FUNCTION fixes_day(p_day date) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    partition text := 'fixes_' || to_char(p_day, 'YYYYMMDD');
BEGIN
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(4242002);
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF fixes FOR VALUES FROM (%L) TO (%L)',
        partition, p_day || ' 00:00:00+00', (p_day + 1) || ' 00:00:00+00');
END $$;

-- Drops the partitions of days before this one. Gives how many.
CREATE FUNCTION fixes_forget(p_before date) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old record;
    dropped bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4242002);
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'fixes'::regclass
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < p_before
        ORDER BY c.relname LIMIT 100
    LOOP
        EXECUTE format('DROP TABLE %I', old.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
