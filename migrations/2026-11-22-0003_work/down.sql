DROP TABLE assignments, offer_deliveries, offers, decision_deliveries, decisions, shifts;
