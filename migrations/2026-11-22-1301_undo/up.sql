-- A courier takes the last step back: the delivery goes on as it was, and what was booked with the
-- step is taken back by entries of its own.

ALTER TABLE deliveries
    -- How often its end, or its turning round, was taken back.
    ADD COLUMN reopened smallint NOT NULL DEFAULT 0 CHECK (reopened BETWEEN 0 AND 20),
    -- Why it had turned round, where the way back has failed: its own reason stands in end_code.
    ADD COLUMN turned_code text,
    ADD COLUMN turned_note text CHECK (char_length(turned_note) <= 1000),
    DROP CONSTRAINT deliveries_turned,
    ADD CONSTRAINT deliveries_turned CHECK (
        (state IN ('returning', 'returned')) <= (returning_since IS NOT NULL)
        AND (returning_since IS NOT NULL) <= (state IN ('returning', 'returned', 'failed'))),
    ADD CONSTRAINT deliveries_turned_for CHECK (
        (turned_code IS NOT NULL) = (state = 'failed' AND returning_since IS NOT NULL));

-- Entries that fall with a step that its courier took back.
CREATE TABLE undone_entries (
    entry_id    uuid PRIMARY KEY REFERENCES ledger_entries,
    -- Who took the step, and took it back.
    courier_id  uuid NOT NULL REFERENCES couriers,
    undone_at   timestamptz NOT NULL
);
CREATE TRIGGER undone_entries_append_only BEFORE UPDATE OR DELETE ON undone_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER undone_entries_no_truncate BEFORE TRUNCATE ON undone_entries
    EXECUTE FUNCTION ledger_refuse();
REVOKE UPDATE, DELETE ON undone_entries FROM paceline_api;

-- Whether so much may be taken from a courier's account by reversing an entry: somebody else agreed,
-- a correction of the same entry has given as much before, or the courier whose account it is has
-- taken back the step that it was booked with.
CREATE OR REPLACE FUNCTION ledger_may_take(p_entry uuid, p_account uuid, p_taken bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM ledger_reversals r
                   WHERE r.entry_id = p_entry AND r.agreed_by <> r.asked_by)
        OR EXISTS (SELECT FROM ledger_entries c JOIN ledger_postings p ON p.entry_id = c.id
                   WHERE c.key = 'entry:' || p_entry || ':correction' AND p.account_id = p_account
                       AND p.amount >= p_taken)
        OR EXISTS (SELECT FROM undone_entries u JOIN ledger_accounts a ON a.owner_id = u.courier_id
                   WHERE u.entry_id = p_entry AND a.id = p_account)
$$;
