-- Who booked the surplus of a year, which happens once.
CREATE TABLE surpluses (
    year      smallint PRIMARY KEY CHECK (year BETWEEN 1970 AND 9999),
    booked_by uuid NOT NULL REFERENCES users,
    booked_at timestamptz NOT NULL
);
CREATE TRIGGER surpluses_append_only BEFORE UPDATE OR DELETE ON surpluses
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER surpluses_no_truncate BEFORE TRUNCATE ON surpluses
    EXECUTE FUNCTION ledger_refuse();
REVOKE UPDATE, DELETE ON surpluses FROM paceline_api;

-- The reserve is indivisible. It falls only by an entry that takes another one back, and never in favour
-- of anybody but the co-op itself: no member's account gains by it, courier or merchant.
CREATE FUNCTION ledger_leaves_reserve_alone(p_entry uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM ledger_entries e WHERE e.id = p_entry AND e.reverses IS NOT NULL)
        AND NOT EXISTS (SELECT FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.account_id
                        WHERE p.entry_id = p_entry AND p.amount > 0 AND a.kind NOT LIKE 'coop\_%')
$$;
REVOKE EXECUTE ON FUNCTION ledger_leaves_reserve_alone FROM PUBLIC;
-- An auditor asks it, too.
GRANT EXECUTE ON FUNCTION ledger_leaves_reserve_alone TO paceline_api;

-- At commit, by whoever commits: a poster may not read.
CREATE FUNCTION ledger_keep_reserve() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT ledger_leaves_reserve_alone((SELECT p.entry_id FROM ledger_postings p
                                        WHERE p.account_id = NEW.id AND p.seq = NEW.seq)) THEN
        RAISE EXCEPTION 'the reserve is indivisible: nothing is taken from it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_accounts_keep_reserve AFTER UPDATE ON ledger_accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind = 'coop_reserve' AND NEW.balance < OLD.balance)
    EXECUTE FUNCTION ledger_keep_reserve();
