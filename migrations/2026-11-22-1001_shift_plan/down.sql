DROP INDEX shifts_by_plan;
ALTER TABLE shifts DROP COLUMN opening_id;
DROP TABLE opening_waits;
DROP TABLE openings;
DROP TABLE shift_templates;
ALTER TABLE couriers DROP COLUMN skills;
