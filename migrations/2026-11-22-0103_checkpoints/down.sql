DROP TABLE ledger_tariffs, ledger_leaves, ledger_checkpoints, ledger_keys;
