DROP TABLE shift_correction_verdicts;
DROP TABLE shift_corrections;
DROP FUNCTION shift_corrections_refuse();
