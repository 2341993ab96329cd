ALTER TABLE phone_events DROP CONSTRAINT phone_events_check;
UPDATE phone_events SET code = NULL, detail = NULL WHERE outcome = 'done';
ALTER TABLE phone_events ADD CONSTRAINT phone_events_check
    CHECK ((outcome = 'refused') = (code IS NOT NULL AND detail IS NOT NULL));
DROP INDEX shifts_one_on_vehicle;
ALTER TABLE shifts DROP COLUMN vehicle_id;
