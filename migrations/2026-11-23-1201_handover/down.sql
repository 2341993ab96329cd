DROP TABLE pins;
ALTER TABLE tasks
    DROP CONSTRAINT tasks_handover,
    DROP COLUMN missing,
    DROP COLUMN shown,
    DROP COLUMN needs;
