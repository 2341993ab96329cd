DROP TRIGGER ledger_accounts_keep_reserve ON ledger_accounts;
DROP FUNCTION ledger_keep_reserve;
DROP FUNCTION ledger_leaves_reserve_alone;
DROP TABLE surpluses;
