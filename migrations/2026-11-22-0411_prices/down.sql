DROP TABLE delivery_prices;
