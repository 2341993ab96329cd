-- Breaks in a shift. They cannot lie over each other in such a column; one without an end goes on.
ALTER TABLE shifts
    ADD COLUMN breaks tstzmultirange NOT NULL DEFAULT '{}',
    -- Within the shift, and over when it is.
    ADD CONSTRAINT shifts_breaks_within CHECK (
        CASE WHEN started_at IS NULL THEN isempty(breaks)
             ELSE tstzrange(started_at, ended_at) @> breaks END
    );
