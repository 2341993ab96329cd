-- Where couriers were during their shifts, a row for what a phone said at one time of one day (UTC):
-- ten fixes cost one row and one line in the index, and not ten of each. A day is a partition, so that
-- forgetting is dropping it. What a phone says twice is kept twice, and read once.

CREATE TABLE traces (
    courier_id  uuid NOT NULL,
    -- The first fix and the last one.
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL CHECK (to_at >= from_at),
    -- Milliseconds since the first; the places, and the radius around each in metres.
    after_ms    integer[] NOT NULL,
    lat_e6      integer[] NOT NULL CHECK (-90000000 <= ALL (lat_e6) AND 90000000 >= ALL (lat_e6)),
    lng_e6      integer[] NOT NULL CHECK (-180000000 <= ALL (lng_e6) AND 180000000 >= ALL (lng_e6)),
    accuracy_m  integer[] NOT NULL CHECK ((0 <= ALL (accuracy_m)) IS NOT FALSE),
    CHECK (cardinality(after_ms) BETWEEN 1 AND 100
        AND cardinality(lat_e6) = cardinality(after_ms)
        AND cardinality(lng_e6) = cardinality(after_ms)
        AND cardinality(accuracy_m) = cardinality(after_ms))
) PARTITION BY RANGE (from_at);
CREATE INDEX traces_by_courier ON traces (courier_id, from_at);

-- Makes the partition of a day (UTC) where it is missing. Two callers wait for each other. With its
-- owner's rights: the server itself may not make or drop tables.
CREATE FUNCTION traces_day(p_day date) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    partition text := 'traces_' || to_char(p_day, 'YYYYMMDD');
BEGIN
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(4242002);
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF traces FOR VALUES FROM (%L) TO (%L)',
        partition, p_day || ' 00:00:00+00', (p_day + 1) || ' 00:00:00+00');
END $$;

-- Drops the partitions of days before this one. Gives how many.
CREATE FUNCTION traces_forget(p_before date) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old record;
    dropped bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4242002);
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'traces'::regclass
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < p_before
        ORDER BY c.relname LIMIT 100
    LOOP
        EXECUTE format('DROP TABLE %I', old.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- What is there already: a row for each minute.
SELECT traces_day(day) FROM (SELECT DISTINCT (at AT TIME ZONE 'UTC')::date AS day FROM fixes) days;
INSERT INTO traces (courier_id, from_at, to_at, after_ms, lat_e6, lng_e6, accuracy_m)
SELECT courier_id, from_at, max(at),
       array_agg((extract(epoch FROM at - from_at) * 1000)::integer ORDER BY at),
       array_agg(lat_e6 ORDER BY at), array_agg(lng_e6 ORDER BY at), array_agg(accuracy_m ORDER BY at)
FROM (SELECT *, min(at) OVER (PARTITION BY courier_id, date_trunc('minute', at)) AS from_at FROM fixes) minutes
GROUP BY courier_id, from_at;

DROP FUNCTION fixes_forget(date);
DROP FUNCTION fixes_day(date);
DROP TABLE fixes;
