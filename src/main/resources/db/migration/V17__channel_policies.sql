-- Policies of channels: who may do what. channels: a name or a pattern, which may have placeholders for claims.
-- shape: the same without the names of claims. rules: JSON. Times in milliseconds. revision: grows with each change.
-- The table of V2 was never written to.
DROP TABLE broadcasty_channels;

CREATE TABLE broadcasty_channels (
  policy_id VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channels VARCHAR(200)${collate} NOT NULL,
  shape VARCHAR(200)${collate} NOT NULL,
  rules TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL
)${table_options};
CREATE UNIQUE INDEX broadcasty_channels_shape ON broadcasty_channels (tenant_id, shape);
