DROP TABLE notices, notice_cursor;
ALTER TABLE tasks DROP COLUMN contact_email;
