DROP TABLE push_cursor, push_phones;
