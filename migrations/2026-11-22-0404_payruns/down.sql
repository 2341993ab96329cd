DROP TABLE pay_run_transfers, pay_runs, bank_accounts;
DROP FUNCTION pay_runs_keep();
