DROP TABLE automation;
