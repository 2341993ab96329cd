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
