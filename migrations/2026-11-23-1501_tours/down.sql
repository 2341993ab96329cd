ALTER TABLE deliveries DROP COLUMN tour_id;
DROP TABLE tours;
