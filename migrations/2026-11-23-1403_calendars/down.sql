DROP TABLE calendar_links;
DROP TABLE shifts_gone;
