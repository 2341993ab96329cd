-- Who may do what to the books. Roles belong to the whole cluster, so they may be there already.
--
-- paceline_poster  books entries through `ledger_post`, and nothing else
-- paceline_reader  reads what belongs to `paceline.owner`, a setting of the session
-- paceline_api     the server's own: works on everything else, reads the books, books as a poster
--
-- Whoever migrates owns the tables. The server does not run as that role.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['paceline_poster', 'paceline_reader', 'paceline_api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I', name);
                IF name = 'paceline_api' THEN
                    -- Without a password: where one is asked for, the operator sets it.
                    ALTER ROLE paceline_api LOGIN;
                    GRANT paceline_poster TO paceline_api;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database of the cluster was migrated in the same moment.
            END;
        END IF;
    END LOOP;
    -- So that the server can put on the role after it has logged in as the owner.
    IF NOT pg_has_role(current_user, 'paceline_api', 'MEMBER') THEN
        EXECUTE format('GRANT paceline_api TO %I', current_user);
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO paceline_api, paceline_poster, paceline_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO paceline_api;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO paceline_api;
-- What later migrations make is the server's to work on; each ledger table takes that back.
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO paceline_api;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO paceline_api;
DO $$
BEGIN
    IF to_regclass('public.__diesel_schema_migrations') IS NOT NULL THEN
        REVOKE ALL ON __diesel_schema_migrations FROM paceline_api;
    END IF;
END $$;

REVOKE INSERT, UPDATE, DELETE ON ledger_accounts, ledger_entries, ledger_postings FROM paceline_api;
GRANT EXECUTE ON FUNCTION ledger_post TO paceline_poster;
GRANT SELECT ON ledger_accounts, ledger_entries, ledger_postings TO paceline_reader;

-- The balance of an entry is checked at commit, by whoever commits: a poster may not read.
ALTER FUNCTION ledger_entry_balances() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;

ALTER TABLE ledger_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_postings ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON ledger_accounts FOR SELECT TO paceline_api USING (true);
CREATE POLICY api_reads ON ledger_entries FOR SELECT TO paceline_api USING (true);
CREATE POLICY api_reads ON ledger_postings FOR SELECT TO paceline_api USING (true);
CREATE POLICY owner_reads ON ledger_accounts FOR SELECT TO paceline_reader
    USING (owner_id = nullif(current_setting('paceline.owner', true), '')::uuid);
-- The two below see accounts and postings as their reader does.
CREATE POLICY owner_reads ON ledger_postings FOR SELECT TO paceline_reader
    USING (account_id IN (SELECT a.id FROM ledger_accounts a));
CREATE POLICY owner_reads ON ledger_entries FOR SELECT TO paceline_reader
    USING (EXISTS (SELECT FROM ledger_postings p WHERE p.entry_id = ledger_entries.id));
