ALTER TABLE couriers DROP COLUMN erased_at;
DROP TABLE reviews;
DROP TABLE suspensions;
DROP TRIGGER offers_keep_shown ON offers;
DROP FUNCTION offers_keep_shown();
ALTER TABLE offers DROP CONSTRAINT offers_shown_hash, DROP COLUMN shown_sha256, DROP COLUMN shown;
