DROP TABLE ledger_postings, ledger_entries, ledger_accounts;
DROP FUNCTION ledger_post, ledger_entry_balances, ledger_refuse;
