-- What the pulse counts hour by hour, and what the log of acts is searched by.
CREATE INDEX deliveries_by_placed ON deliveries (placed_at);
CREATE INDEX acts_by_user ON acts (user_id, seq DESC);
CREATE INDEX acts_by_courier ON acts (courier_id, seq DESC) WHERE courier_id IS NOT NULL;
