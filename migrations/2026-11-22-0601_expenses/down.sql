DROP TABLE expenses;
DROP FUNCTION expenses_keep;
