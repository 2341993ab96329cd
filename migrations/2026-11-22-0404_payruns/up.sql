-- The way of pay from the books to the couriers' banks.

-- Where a courier wants to be paid: an IBAN, sealed by the installation's secret.
CREATE TABLE bank_accounts (
    courier_id  uuid PRIMARY KEY REFERENCES couriers,
    sealed_iban bytea NOT NULL,
    changed_at  timestamptz NOT NULL
);

CREATE TABLE pay_runs (
    id         uuid PRIMARY KEY,
    made_by    uuid NOT NULL REFERENCES users,
    made_at    timestamptz NOT NULL,
    -- The day on which the bank is to carry it out, where the co-op is.
    execute_on text NOT NULL CHECK (execute_on ~ '^\d{4}-\d\d-\d\d$'),
    -- The co-op's own account as it was then: the file for the bank is the same whenever it is asked for.
    from_name  text NOT NULL CHECK (char_length(from_name) BETWEEN 1 AND 200),
    from_iban  text NOT NULL CHECK (char_length(from_iban) BETWEEN 15 AND 34),
    state      text NOT NULL CHECK (state IN ('open', 'confirmed', 'cancelled')),
    ended_by   uuid REFERENCES users,
    ended_at   timestamptz CHECK (ended_at >= made_at),
    CHECK ((state = 'open') = (ended_by IS NULL)),
    CHECK ((state = 'open') = (ended_at IS NULL))
);

-- One for each courier of a run: what the co-op owed then, account by account, in cents.
CREATE TABLE pay_run_transfers (
    run_id        uuid NOT NULL REFERENCES pay_runs,
    courier_id    uuid NOT NULL REFERENCES couriers,
    -- Its place in the file, from 1.
    number        integer NOT NULL CHECK (number > 0),
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    -- As it was then; gone when the courier is erased.
    sealed_iban   bytea,
    pay           bigint NOT NULL CHECK (pay >= 0),
    tips          bigint NOT NULL CHECK (tips >= 0),
    expenses      bigint NOT NULL CHECK (expenses >= 0),
    refund        bigint NOT NULL CHECK (refund >= 0),
    state         text NOT NULL CHECK (state IN ('open', 'paid', 'failed', 'cancelled')),
    failed_reason text CHECK (char_length(failed_reason) BETWEEN 1 AND 1000),
    failed_by     uuid REFERENCES users,
    failed_at     timestamptz,
    PRIMARY KEY (run_id, courier_id),
    UNIQUE (run_id, number),
    CHECK (pay + tips + expenses + refund > 0),
    CHECK (state <> 'open' OR sealed_iban IS NOT NULL),
    CHECK ((state = 'failed') = (failed_reason IS NOT NULL)),
    CHECK ((state = 'failed') = (failed_by IS NOT NULL)),
    CHECK ((state = 'failed') = (failed_at IS NOT NULL))
);
-- Nobody is paid by two runs at once.
CREATE UNIQUE INDEX pay_run_transfers_open ON pay_run_transfers (courier_id) WHERE state = 'open';
CREATE INDEX pay_run_transfers_by_courier ON pay_run_transfers (courier_id, run_id);

-- What the bank has been told is not changed afterwards.
CREATE FUNCTION pay_runs_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a pay run told the bank is not changed afterwards: % on % is refused',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER pay_runs_keep
    BEFORE DELETE OR UPDATE OF id, made_by, made_at, execute_on, from_name, from_iban ON pay_runs
    FOR EACH ROW EXECUTE FUNCTION pay_runs_keep();
CREATE TRIGGER pay_run_transfers_keep
    BEFORE DELETE OR UPDATE OF run_id, courier_id, number, pay, tips, expenses, refund
    ON pay_run_transfers FOR EACH ROW EXECUTE FUNCTION pay_runs_keep();
