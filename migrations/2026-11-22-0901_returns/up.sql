-- What nobody takes goes back to the sender, where that is wanted.

ALTER TABLE deliveries
    ADD COLUMN if_undeliverable text NOT NULL DEFAULT 'keep'
        CHECK (if_undeliverable IN ('keep', 'return')),
    ADD COLUMN returning_since timestamptz,
    DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN ('asked', 'open', 'assigned', 'picked_up',
        'returning', 'delivered', 'returned', 'failed', 'cancelled')),
    DROP CONSTRAINT deliveries_check1,
    ADD CONSTRAINT deliveries_held CHECK (
        (state IN ('assigned', 'picked_up', 'returning', 'delivered', 'returned'))
            <= (courier_id IS NOT NULL AND assigned_at IS NOT NULL)),
    DROP CONSTRAINT deliveries_check3,
    ADD CONSTRAINT deliveries_picked_up CHECK (
        (state IN ('picked_up', 'returning', 'delivered', 'returned')) <= (picked_up_at IS NOT NULL)),
    DROP CONSTRAINT deliveries_check4,
    ADD CONSTRAINT deliveries_ended CHECK (
        (state IN ('delivered', 'returned', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    DROP CONSTRAINT deliveries_check5,
    -- Why it was not handed over.
    ADD CONSTRAINT deliveries_reason CHECK (
        (state IN ('returning', 'returned', 'failed', 'cancelled')) = (end_code IS NOT NULL)),
    ADD CONSTRAINT deliveries_turned CHECK (
        (state IN ('returning', 'returned')) = (returning_since IS NOT NULL));
DROP INDEX deliveries_held_by_courier;
CREATE INDEX deliveries_held_by_courier ON deliveries (courier_id)
    WHERE state IN ('assigned', 'picked_up', 'returning');

ALTER TABLE tasks
    DROP CONSTRAINT tasks_kind_check,
    ADD CONSTRAINT tasks_kind_check CHECK (kind IN ('pickup', 'dropoff', 'return'));
-- It goes back once.
CREATE UNIQUE INDEX tasks_one_return ON tasks (delivery_id) WHERE kind = 'return';

ALTER TABLE invoice_lines
    DROP CONSTRAINT invoice_lines_kind_check,
    ADD CONSTRAINT invoice_lines_kind_check CHECK (
        kind IN ('price', 'return_price', 'tip', 'credit', 'reversal'));
