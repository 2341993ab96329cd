-- A bicycle with a trailer is a kind of its own.
ALTER TABLE couriers DROP CONSTRAINT couriers_vehicle_check;
ALTER TABLE couriers ADD CONSTRAINT couriers_vehicle_check
    CHECK (vehicle IN ('foot', 'bike', 'cargo_bike', 'trailer', 'moped', 'car'));

-- The co-op's own vehicles, which couriers take for a shift.
CREATE TABLE vehicles (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    kind       text NOT NULL CHECK (kind IN ('foot', 'bike', 'cargo_bike', 'trailer', 'moped', 'car')),
    volume_ml  bigint NOT NULL CHECK (volume_ml BETWEEN 1 AND 10000000),
    weight_g   bigint NOT NULL CHECK (weight_g BETWEEN 1 AND 2000000),
    -- How far it goes in one shift; none: no limit.
    range_m    bigint CHECK (range_m BETWEEN 1 AND 1000000),
    note       text CHECK (char_length(note) BETWEEN 1 AND 1000),
    made_at    timestamptz NOT NULL,
    -- Shifts name it, so its row stays.
    retired_at timestamptz CHECK (retired_at >= made_at)
);
-- Whoever says a name means one of those in service.
CREATE UNIQUE INDEX vehicles_by_name ON vehicles (lower(name)) WHERE retired_at IS NULL;
