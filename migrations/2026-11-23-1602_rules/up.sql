-- Since when the members' rules have been as they are, and what they were before: whole, and for ever.
CREATE TABLE rule_versions (
    rule    text NOT NULL CHECK (rule IN ('dispatch', 'tariff', 'prices', 'split', 'surplus', 'shifts')),
    since   timestamptz NOT NULL,
    version text NOT NULL CHECK (version ~ '^[0-9a-f]{12}$'),
    says    jsonb NOT NULL,
    PRIMARY KEY (rule, since)
);
CREATE INDEX rule_versions_since ON rule_versions (since DESC, rule);

CREATE FUNCTION rule_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a rule was stays known: % on rule_versions is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER rule_versions_append_only BEFORE UPDATE OR DELETE ON rule_versions
    FOR EACH ROW EXECUTE FUNCTION rule_versions_refuse();
