-- API keys of machines. scopes: one a line, the channels, a blank, the operations. secret and previous_secret:
-- encrypted by the master key that secret_key_id names, empty for none. state: active or revoked. Times in
-- milliseconds; expires_at and last_used_at are 0 for never. revision: grows with each change.
-- The table of V2 was never written to, and keeps hashes, where signatures need the secret.
DROP TABLE broadcasty_api_keys;

CREATE TABLE broadcasty_api_keys (
  key_id VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  name VARCHAR(200) NOT NULL,
  scopes TEXT NOT NULL,
  secret_key_id VARCHAR(16)${collate} NOT NULL,
  secret VARCHAR(200)${collate} NOT NULL,
  previous_secret VARCHAR(200)${collate} NOT NULL,
  previous_until BIGINT NOT NULL,
  state VARCHAR(16)${collate} NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_api_keys_tenant ON broadcasty_api_keys (tenant_id, key_id);
