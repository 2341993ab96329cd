DROP INDEX acts_by_kind;
DROP INDEX refresh_tokens_by_user;
ALTER TABLE users DROP COLUMN deactivated_at;
