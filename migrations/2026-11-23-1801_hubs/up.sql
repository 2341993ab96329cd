-- Places where one courier leaves goods and another one takes them on.
CREATE TABLE hubs (
    id           uuid PRIMARY KEY,
    name         text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 200),
    lat_e6       integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lng_e6       integer NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
    address      text NOT NULL CHECK (char_length(address) BETWEEN 1 AND 500),
    instructions text CHECK (char_length(instructions) <= 2000),
    created_at   timestamptz NOT NULL,
    -- Deliveries were split there, so its row stays.
    closed_at    timestamptz
);
