UPDATE deliveries SET state = 'open', asked_until = NULL, silence = NULL WHERE state = 'asked';
ALTER TABLE deliveries
    DROP COLUMN asked_until,
    DROP COLUMN silence,
    DROP CONSTRAINT deliveries_asked_of_nobody,
    DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN
        ('open', 'assigned', 'picked_up', 'delivered', 'failed', 'cancelled'));
DROP TABLE kitchens;
