-- Planned shifts that their couriers offer to colleagues. Gone with the shift, and when one has it.

CREATE TABLE shift_swaps (
    shift_id   uuid PRIMARY KEY REFERENCES shifts ON DELETE CASCADE,
    -- To whom; null: to all.
    to_courier uuid REFERENCES couriers,
    offered_at timestamptz NOT NULL
);
CREATE INDEX shift_swaps_by_courier ON shift_swaps (to_courier);
