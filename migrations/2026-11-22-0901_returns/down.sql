-- What has gone back could not be handed over; what is on its way is looked at by people.
ALTER TABLE deliveries
    DROP CONSTRAINT deliveries_turned,
    DROP CONSTRAINT deliveries_reason,
    DROP CONSTRAINT deliveries_ended,
    DROP CONSTRAINT deliveries_picked_up,
    DROP CONSTRAINT deliveries_held,
    DROP CONSTRAINT deliveries_state_check;
UPDATE deliveries SET state = 'failed', ended_at = coalesce(ended_at, returning_since)
    WHERE state IN ('returning', 'returned');
ALTER TABLE deliveries
    DROP COLUMN if_undeliverable,
    DROP COLUMN returning_since,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN
        ('asked', 'open', 'assigned', 'picked_up', 'delivered', 'failed', 'cancelled')),
    ADD CONSTRAINT deliveries_check1 CHECK (
        (state IN ('assigned', 'picked_up', 'delivered')) <= (courier_id IS NOT NULL AND assigned_at IS NOT NULL)),
    ADD CONSTRAINT deliveries_check3 CHECK ((state IN ('picked_up', 'delivered')) <= (picked_up_at IS NOT NULL)),
    ADD CONSTRAINT deliveries_check4 CHECK (
        (state IN ('delivered', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    ADD CONSTRAINT deliveries_check5 CHECK ((state IN ('failed', 'cancelled')) = (end_code IS NOT NULL));
DROP INDEX deliveries_held_by_courier;
CREATE INDEX deliveries_held_by_courier ON deliveries (courier_id) WHERE state IN ('assigned', 'picked_up');

DROP INDEX tasks_one_return;
-- Its pictures stay with it.
UPDATE tasks SET kind = 'dropoff' WHERE kind = 'return';
ALTER TABLE tasks
    DROP CONSTRAINT tasks_kind_check,
    ADD CONSTRAINT tasks_kind_check CHECK (kind IN ('pickup', 'dropoff'));

-- Lines of documents are never changed: those for a way back stay as they are.
ALTER TABLE invoice_lines
    DROP CONSTRAINT invoice_lines_kind_check,
    ADD CONSTRAINT invoice_lines_kind_check CHECK (
        kind IN ('price', 'tip', 'credit', 'reversal')) NOT VALID;
