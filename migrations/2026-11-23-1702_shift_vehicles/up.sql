-- Which of the co-op's vehicles a shift is or was ridden on; none: the courier's own.
ALTER TABLE shifts ADD COLUMN vehicle_id uuid REFERENCES vehicles;
ALTER TABLE shifts ADD CONSTRAINT shifts_vehicle_check
    CHECK (vehicle_id IS NULL OR state <> 'planned');
-- A vehicle has one rider at a time.
CREATE UNIQUE INDEX shifts_one_on_vehicle ON shifts (vehicle_id) WHERE state = 'open';

-- What was done in part says what was not: a shift begun without the vehicle that was asked for.
ALTER TABLE phone_events DROP CONSTRAINT phone_events_check;
ALTER TABLE phone_events ADD CONSTRAINT phone_events_check CHECK (
    (code IS NULL) = (detail IS NULL)
    AND (outcome <> 'refused' OR code IS NOT NULL)
    AND (outcome <> 'waiting' OR code IS NULL)
);
