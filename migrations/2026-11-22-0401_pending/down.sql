DROP TABLE tips, ledger_resolutions, ledger_pendings;
