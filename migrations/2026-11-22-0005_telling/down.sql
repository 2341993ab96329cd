DROP TABLE outbox;
DROP SEQUENCE outbox_published;
