-- Where the hours of a shift are corrected, its top-up is booked anew and the one before it taken back: for
-- no less at once, and for less only where one of the two, courier and co-op, asked and the other agreed.
CREATE OR REPLACE FUNCTION ledger_may_take(p_entry uuid, p_account uuid, p_taken bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM ledger_reversals r
                   WHERE r.entry_id = p_entry AND r.agreed_by <> r.asked_by)
        OR EXISTS (SELECT FROM ledger_entries c JOIN ledger_postings p ON p.entry_id = c.id
                   WHERE c.key = 'entry:' || p_entry || ':correction' AND p.account_id = p_account
                       AND p.amount >= p_taken)
        OR EXISTS (SELECT FROM undone_entries u JOIN ledger_accounts a ON a.owner_id = u.courier_id
                   WHERE u.entry_id = p_entry AND a.id = p_account)
        OR EXISTS (SELECT FROM ledger_entries e
                   JOIN shift_corrections c
                       ON e.key = 'shift:' || c.shift_id || ':guarantee'
                       OR e.key LIKE 'shift:' || c.shift_id || ':guarantee:%'
                   JOIN ledger_accounts a ON a.owner_id = c.courier_id AND a.id = p_account
                   WHERE e.id = p_entry AND e.kind = 'guarantee'
                       AND e.key <> 'shift:' || c.shift_id || ':guarantee:' || c.id
                       AND (EXISTS (SELECT FROM ledger_entries n JOIN ledger_postings p ON p.entry_id = n.id
                                    WHERE n.key = 'shift:' || c.shift_id || ':guarantee:' || c.id
                                        AND p.account_id = p_account AND p.amount >= p_taken)
                            OR EXISTS (SELECT FROM shift_correction_verdicts v
                                       WHERE v.correction_id = c.id AND v.agreed
                                           AND v.decided_by <> c.asked_by
                                           AND e.recorded_at <= v.decided_at)))
$$;
