CREATE OR REPLACE FUNCTION ledger_may_take(p_entry uuid, p_account uuid, p_taken bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM ledger_reversals r
                   WHERE r.entry_id = p_entry AND r.agreed_by <> r.asked_by)
        OR EXISTS (SELECT FROM ledger_entries c JOIN ledger_postings p ON p.entry_id = c.id
                   WHERE c.key = 'entry:' || p_entry || ':correction' AND p.account_id = p_account
                       AND p.amount >= p_taken)
$$;
DROP TABLE undone_entries;
ALTER TABLE deliveries
    DROP CONSTRAINT deliveries_turned_for,
    DROP CONSTRAINT deliveries_turned,
    DROP COLUMN turned_note,
    DROP COLUMN turned_code,
    DROP COLUMN reopened;
UPDATE deliveries SET returning_since = NULL WHERE state = 'failed';
ALTER TABLE deliveries ADD CONSTRAINT deliveries_turned CHECK (
    (state IN ('returning', 'returned')) = (returning_since IS NOT NULL));
