-- Merchants' kitchens, and deliveries that wait for their word.

CREATE TABLE kitchens (
    merchant_id  uuid PRIMARY KEY REFERENCES merchants,
    -- Hours, closed days, preparation and whether it wants to be asked.
    kitchen      jsonb NOT NULL,
    -- Everything takes so much longer until then.
    rush_minutes smallint CHECK (rush_minutes > 0),
    rush_until   timestamptz,
    CHECK ((rush_minutes IS NULL) = (rush_until IS NULL))
);

ALTER TABLE deliveries
    DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN
        ('asked', 'open', 'assigned', 'picked_up', 'delivered', 'failed', 'cancelled')),
    -- By when the kitchen answers, and what it means if it does not.
    ADD COLUMN asked_until timestamptz,
    ADD COLUMN silence     text CHECK (silence IN ('accepted', 'refused')),
    ADD CONSTRAINT deliveries_asked CHECK (
        (state = 'asked') = (asked_until IS NOT NULL) AND (state = 'asked') = (silence IS NOT NULL)),
    ADD CONSTRAINT deliveries_asked_of_nobody CHECK ((state = 'asked') <= (courier_id IS NULL));
CREATE INDEX deliveries_asked_by_end ON deliveries (asked_until, id) WHERE state = 'asked';
