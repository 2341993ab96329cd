-- Whom at a door we tell what, by e-mail or SMS. The address is read from the door when it is sent, and
-- is nowhere else.
ALTER TABLE tasks ADD COLUMN contact_email text CHECK (char_length(contact_email) <= 254);

CREATE TABLE notices (
    id            uuid PRIMARY KEY,
    task_id       uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    occasion      text NOT NULL CHECK (occasion IN ('on_the_way', 'delivered', 'not_delivered')),
    channel       text NOT NULL CHECK (channel IN ('email', 'sms')),
    state         text NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped')),
    made_at       timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    -- Somebody is sending it.
    claimed_until timestamptz,
    attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    ended_at      timestamptz CHECK (ended_at >= made_at),
    error         text CHECK (char_length(error) <= 500),
    -- Nobody is told the same twice.
    UNIQUE (task_id, occasion),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX notices_due ON notices (due_at, id) WHERE state = 'waiting';
CREATE INDEX notices_over ON notices (ended_at) WHERE state <> 'waiting';

-- Up to which event notices have been made.
CREATE TABLE notice_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL
);
INSERT INTO notice_cursor (seq) SELECT coalesce(max(seq), 0) FROM outbox;
