DROP TABLE price_books, zones;
