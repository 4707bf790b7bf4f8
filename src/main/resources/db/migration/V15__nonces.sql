-- Nonces of requests, by which one that was overheard cannot be sent again. nonce_hash: SHA-256 of tenant, user and
-- nonce, hexadecimal. expires_at: milliseconds; the row is deleted later.
CREATE TABLE broadcasty_nonces (
  nonce_hash VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_nonces_expiry ON broadcasty_nonces (expires_at);
