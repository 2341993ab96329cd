DROP TABLE rule_versions;
DROP FUNCTION rule_versions_refuse();
