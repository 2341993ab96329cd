DROP TABLE idempotency_keys, settings, signing_keys, clients, refresh_tokens, users, couriers, merchants;
