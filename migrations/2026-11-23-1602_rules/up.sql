-- What the members' rules say, were and will be: each text whole, and for ever. Of the texts that act already,
-- the one announced last is in force.
CREATE TABLE rule_versions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- In the order of the announcements.
    rule         text NOT NULL CHECK (rule IN ('dispatch', 'tariff', 'prices', 'split', 'surplus', 'shifts')),
    announced_at timestamptz NOT NULL,
    since        timestamptz NOT NULL CHECK (since >= announced_at),
    version      text NOT NULL CHECK (version ~ '^[0-9a-f]{12}$'),
    says         text NOT NULL
);
CREATE INDEX rule_versions_rule ON rule_versions (rule, id);

CREATE FUNCTION rule_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a rule was stays known: % on rule_versions is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER rule_versions_append_only BEFORE UPDATE OR DELETE ON rule_versions
    FOR EACH ROW EXECUTE FUNCTION rule_versions_refuse();
