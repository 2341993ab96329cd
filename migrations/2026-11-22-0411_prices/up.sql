-- By what each delivery was priced, from the moment it was asked for: what is booked in the end names
-- the same version and the same VAT.
CREATE TABLE delivery_prices (
    delivery_id      uuid PRIMARY KEY REFERENCES deliveries,
    -- The price list's version, or `book-7`.
    version          text NOT NULL CHECK (char_length(version) BETWEEN 1 AND 100),
    -- On top of the price, in hundredths of a percent.
    vat_basis_points bigint NOT NULL CHECK (vat_basis_points BETWEEN 0 AND 10000)
);
REVOKE UPDATE, DELETE ON delivery_prices FROM paceline_api;
