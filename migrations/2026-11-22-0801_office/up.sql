-- Logins that are closed, and what the log of acts is searched by besides people.

-- Since when somebody may not log in.
ALTER TABLE users ADD COLUMN deactivated_at timestamptz;
-- A login that is closed ends every session of it.
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);
CREATE INDEX acts_by_kind ON acts (kind, seq DESC);
