DROP POLICY api_reads ON ledger_accounts;
DROP POLICY api_reads ON ledger_entries;
DROP POLICY api_reads ON ledger_postings;
DROP POLICY owner_reads ON ledger_entries;
DROP POLICY owner_reads ON ledger_postings;
DROP POLICY owner_reads ON ledger_accounts;
ALTER TABLE ledger_accounts DISABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries DISABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_postings DISABLE ROW LEVEL SECURITY;
ALTER FUNCTION ledger_entry_balances() SECURITY INVOKER RESET search_path;

-- In this database alone. The roles stay: other databases of the cluster may use them.
DROP OWNED BY paceline_api, paceline_poster, paceline_reader;
