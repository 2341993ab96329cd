DROP INDEX outbox_by_merchant;
DROP TABLE webhook_cursor, webhook_attempts, webhook_messages, webhooks;
