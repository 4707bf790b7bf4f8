-- Tokens that are refused before they expire. revocation_id: a hash of tenant_id, kind and target. kind: token, user
-- or tenant. target: the id of the token or user, empty for a tenant. Times in milliseconds; issued_before is 0 for a
-- token. revision: grows with each change.
CREATE TABLE broadcasty_revocations (
  revocation_id VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  kind VARCHAR(16)${collate} NOT NULL,
  target VARCHAR(1000)${collate} NOT NULL,
  issued_before BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_revocations_tenant ON broadcasty_revocations (tenant_id, revocation_id);
CREATE INDEX broadcasty_revocations_expiry ON broadcasty_revocations (expires_at);
