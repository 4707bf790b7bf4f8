-- The id of the HTTP request that an entry of the audit log is about; null where it is about none. The entry's
-- hash covers it, if there is one.
ALTER TABLE broadcasty_audit_logs ADD COLUMN request_id VARCHAR(64)${collate};
CREATE INDEX broadcasty_audit_logs_request ON broadcasty_audit_logs (request_id);
