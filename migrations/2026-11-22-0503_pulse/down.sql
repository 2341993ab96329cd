DROP INDEX acts_by_courier;
DROP INDEX acts_by_user;
DROP INDEX deliveries_by_placed;
