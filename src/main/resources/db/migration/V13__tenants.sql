-- Tenants that an operator has created. state: active or suspended. settings: a JSON object of texts, by the
-- names of the configuration's keys for tenants; what is missing is as configured. revision: grows with each
-- change.
CREATE TABLE broadcasty_tenants (
  tenant_id VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  state VARCHAR(16)${collate} NOT NULL,
  settings TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL
)${table_options};
