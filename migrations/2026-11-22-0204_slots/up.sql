-- Time slots with a capacity: plans say when there are any, and each slot that was asked for counts
-- its places.

CREATE TABLE slot_plans (
    id         uuid PRIMARY KEY,
    -- Of one merchant; null: of the co-op, for all.
    merchant_id uuid REFERENCES merchants,
    plan       jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX slot_plans_by_merchant ON slot_plans (merchant_id, id);

CREATE TABLE slots (
    plan_id   uuid NOT NULL REFERENCES slot_plans,
    starts_at timestamptz NOT NULL,
    capacity  integer NOT NULL CHECK (capacity > 0),
    -- Never more than there are places, whoever counts.
    booked    integer NOT NULL CHECK (booked BETWEEN 0 AND capacity),
    PRIMARY KEY (plan_id, starts_at)
);

CREATE TABLE slot_bookings (
    delivery_id uuid PRIMARY KEY REFERENCES deliveries,
    plan_id     uuid NOT NULL,
    starts_at   timestamptz NOT NULL,
    FOREIGN KEY (plan_id, starts_at) REFERENCES slots
);
