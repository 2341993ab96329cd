DROP TABLE acts;
DROP FUNCTION acts_refuse();
ALTER TABLE deliveries DROP COLUMN locked, DROP COLUMN desk_note, DROP COLUMN tags;
