-- Shifts that are offered: openings, the templates they are published from, and who waits for a place.

-- What a courier knows how to do: short words that an admin gives.
ALTER TABLE couriers ADD COLUMN skills text[] NOT NULL DEFAULT '{}' CHECK (cardinality(skills) <= 20);

CREATE TABLE shift_templates (
    id         uuid PRIMARY KEY,
    template   jsonb NOT NULL,
    made_at    timestamptz NOT NULL,
    -- Nothing is published from it any more.
    removed_at timestamptz
);

CREATE TABLE openings (
    id           uuid PRIMARY KEY,
    -- What it was published from: a span of a template on a day.
    template_id  uuid REFERENCES shift_templates,
    day          text CHECK (day ~ '^\d{4}-\d\d-\d\d$'),
    number       smallint CHECK (number >= 0),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
    -- Skills, vehicles, note and zone.
    wanted       jsonb NOT NULL,
    places       integer NOT NULL CHECK (places BETWEEN 1 AND 200),
    -- Never more than there are places, whoever counts.
    taken        integer NOT NULL CHECK (taken BETWEEN 0 AND places),
    withdrawn_at timestamptz,
    made_at      timestamptz NOT NULL,
    CHECK ((template_id IS NULL) = (day IS NULL) AND (day IS NULL) = (number IS NULL)),
    -- Each span of a template is offered once on a day, however often a week is published.
    UNIQUE (template_id, day, number)
);
CREATE INDEX openings_by_start ON openings (starts_at, id);

CREATE TABLE opening_waits (
    opening_id uuid NOT NULL REFERENCES openings,
    courier_id uuid NOT NULL REFERENCES couriers,
    since      timestamptz NOT NULL,
    PRIMARY KEY (opening_id, courier_id)
);
CREATE INDEX opening_waits_by_courier ON opening_waits (courier_id);

-- Whose place a shift is.
ALTER TABLE shifts ADD COLUMN opening_id uuid REFERENCES openings;
-- Nobody has two places of one opening.
CREATE UNIQUE INDEX shifts_one_place ON shifts (opening_id, courier_id) WHERE opening_id IS NOT NULL;
CREATE INDEX shifts_by_plan ON shifts (courier_id, planned_from) WHERE state = 'planned';
