-- Who works when, who was asked, who holds what, and why the engine said so.

CREATE TABLE shifts (
    id           uuid PRIMARY KEY,
    courier_id   uuid NOT NULL REFERENCES couriers,
    planned_from timestamptz,
    planned_to   timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    paid_seconds bigint CHECK (paid_seconds >= 0),
    state        text NOT NULL CHECK (state IN ('planned', 'open', 'ended')),
    CHECK ((planned_from IS NULL) = (planned_to IS NULL)),
    CHECK (planned_to > planned_from),
    CHECK (ended_at >= started_at),
    CHECK ((state = 'planned') = (started_at IS NULL)),
    CHECK ((state = 'planned') <= (planned_from IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL AND paid_seconds IS NOT NULL))
);
-- A person works one shift at a time.
CREATE UNIQUE INDEX shifts_one_open ON shifts (courier_id) WHERE state = 'open';
CREATE INDEX shifts_by_courier ON shifts (courier_id, id DESC);

-- What the engine saw and said in one tick; enough to say it again.
CREATE TABLE decisions (
    id             uuid PRIMARY KEY,
    decided_at     timestamptz NOT NULL,
    engine_version text NOT NULL,
    policy_version text NOT NULL,
    seed           bigint NOT NULL,
    -- Deflated JSON.
    snapshot       bytea NOT NULL,
    plan           bytea NOT NULL,
    -- The checker's complaints; a plan with any was not applied.
    faults         text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX decisions_by_age ON decisions (decided_at);

-- Which deliveries a decision was about, so that "why" is one index scan.
CREATE TABLE decision_deliveries (
    delivery_id uuid NOT NULL REFERENCES deliveries,
    decision_id uuid NOT NULL REFERENCES decisions ON DELETE CASCADE,
    PRIMARY KEY (delivery_id, decision_id)
);
CREATE INDEX decision_deliveries_by_decision ON decision_deliveries (decision_id);

CREATE TABLE offers (
    id          uuid PRIMARY KEY,
    courier_id  uuid NOT NULL REFERENCES couriers,
    decision_id uuid REFERENCES decisions ON DELETE SET NULL,
    state       text NOT NULL CHECK (state IN ('live', 'accepted', 'declined', 'expired', 'withdrawn')),
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > made_at),
    answered_at timestamptz,
    -- The task order of the courier's route if the offer is accepted.
    route       uuid[] NOT NULL,
    -- What the courier is shown before any answer (Code des transports, L1326-2).
    terms       jsonb NOT NULL,
    CHECK ((state = 'live') = (answered_at IS NULL))
);
CREATE UNIQUE INDEX offers_one_live_per_courier ON offers (courier_id) WHERE state = 'live';
CREATE INDEX offers_live_by_expiry ON offers (expires_at) WHERE state = 'live';

CREATE TABLE offer_deliveries (
    offer_id    uuid NOT NULL REFERENCES offers,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    PRIMARY KEY (offer_id, delivery_id)
);
CREATE INDEX offer_deliveries_by_delivery ON offer_deliveries (delivery_id);

CREATE TABLE assignments (
    id          uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    courier_id  uuid NOT NULL REFERENCES couriers,
    offer_id    uuid REFERENCES offers,
    -- The dispatcher, where a person decided.
    user_id     uuid REFERENCES users,
    assigned_at timestamptz NOT NULL,
    ended_at    timestamptz CHECK (ended_at >= assigned_at),
    end_code    text,
    CHECK ((ended_at IS NULL) = (end_code IS NULL))
);
-- No delivery is ever held by two couriers.
CREATE UNIQUE INDEX assignments_one_live ON assignments (delivery_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_by_courier ON assignments (courier_id, assigned_at);
