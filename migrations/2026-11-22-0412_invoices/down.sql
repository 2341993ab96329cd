DROP TABLE payments;
DROP TABLE ledger_credits;
DROP TABLE invoice_lines;
DROP TABLE invoices;
DROP FUNCTION invoice_lines_fit;
DROP FUNCTION invoices_are_whole;
DROP FUNCTION invoices_count_on;
