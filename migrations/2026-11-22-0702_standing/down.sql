DROP TABLE standing_days;
DROP TABLE standing_orders;
