-- What a stop asks for before goods change hands, and what was shown there.

ALTER TABLE tasks
    -- Nothing said: what is usual for its kind.
    ADD COLUMN needs text[]
        CHECK (needs <@ ARRAY['name', 'photo', 'signature', 'pin', 'scan'] AND cardinality(needs) <= 5),
    -- Beside the name: a right PIN, pictures that were taken, parcels that were read.
    ADD COLUMN shown jsonb,
    -- Parcels that did not change hands, each with a reason.
    ADD COLUMN missing jsonb,
    ADD CONSTRAINT tasks_handover CHECK (
        (shown IS NOT NULL OR missing IS NOT NULL) <= (state = 'done'));

-- Numbers that customers say at the door. Not for couriers.
CREATE TABLE pins (
    task_id uuid PRIMARY KEY REFERENCES tasks,
    pin     text NOT NULL CHECK (pin ~ '^[0-9]{4}$'),
    -- Wrong ones that were looked at; after the fifth none is.
    wrong   smallint NOT NULL DEFAULT 0 CHECK (wrong BETWEEN 0 AND 5)
);
