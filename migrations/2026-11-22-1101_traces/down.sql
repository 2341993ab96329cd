CREATE TABLE fixes (
    courier_id  uuid NOT NULL,
    at          timestamptz NOT NULL,
    lat_e6      integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lng_e6      integer NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
    accuracy_m  integer CHECK (accuracy_m >= 0),
    PRIMARY KEY (courier_id, at)
) PARTITION BY RANGE (at);

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

CREATE TEMPORARY VIEW single AS
    SELECT courier_id, from_at + after * interval '1 millisecond' AS at, lat, lng, radius
    FROM traces, unnest(after_ms, lat_e6, lng_e6, accuracy_m) AS fix (after, lat, lng, radius);
SELECT fixes_day(day) FROM (SELECT DISTINCT (at AT TIME ZONE 'UTC')::date AS day FROM single) days;
INSERT INTO fixes SELECT * FROM single ON CONFLICT DO NOTHING;
DROP VIEW single;

DROP FUNCTION traces_forget(date);
DROP FUNCTION traces_day(date);
DROP TABLE traces;
