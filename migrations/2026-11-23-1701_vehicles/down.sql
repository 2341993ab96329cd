DROP TABLE vehicles;
UPDATE couriers SET vehicle = 'cargo_bike' WHERE vehicle = 'trailer';
ALTER TABLE couriers DROP CONSTRAINT couriers_vehicle_check;
ALTER TABLE couriers ADD CONSTRAINT couriers_vehicle_check
    CHECK (vehicle IN ('foot', 'bike', 'cargo_bike', 'moped', 'car'));
