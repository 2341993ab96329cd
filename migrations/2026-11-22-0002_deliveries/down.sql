DROP TABLE tasks, deliveries;
