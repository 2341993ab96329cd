-- A delivery that is split at a hub, and the one that brings its goods there.
ALTER TABLE deliveries
    -- Which part of the way it is; nothing for the whole.
    ADD COLUMN leg jsonb,
    ADD COLUMN feeds uuid REFERENCES deliveries,
    ADD CONSTRAINT deliveries_leg CHECK (leg ->> 'leg' IN ('to_hub', 'from_hub')),
    ADD CONSTRAINT deliveries_feeds CHECK
        ((feeds IS NOT NULL) = coalesce(leg ->> 'leg' = 'to_hub', false)),
    -- What is the co-op's own has no price.
    ADD CONSTRAINT deliveries_feeder_is_free CHECK (feeds IS NULL OR price_amount = 0),
    -- What waits at the sender, is on its way or lost is not there to be picked up at the hub.
    ADD CONSTRAINT deliveries_goods_at_hub CHECK
        (leg ->> 'goods' IS NULL OR leg ->> 'goods' = 'at_hub'
            OR state NOT IN ('picked_up', 'returning', 'delivered', 'returned'));
-- One brings the goods of a delivery, and no second.
CREATE UNIQUE INDEX deliveries_by_fed ON deliveries (feeds)
    WHERE feeds IS NOT NULL AND ended_at IS NULL;
