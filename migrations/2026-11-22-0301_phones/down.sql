DROP FUNCTION fixes_forget(date);
DROP FUNCTION fixes_day(date);
DROP TABLE fixes;
DROP TABLE phone_events;
DROP TABLE phones;
