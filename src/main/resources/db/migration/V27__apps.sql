-- Apps of the Pusher protocol that administrators have created. app_id: digits. secret and previous_secret: encrypted
-- by the master key that secret_key_id names. previous_key: valid too until previous_until, empty for none. Times in
-- milliseconds. revision: grows with each change.
CREATE TABLE broadcasty_apps (
  app_id VARCHAR(20)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  name VARCHAR(200) NOT NULL,
  app_key VARCHAR(64)${collate} NOT NULL,
  secret_key_id VARCHAR(16)${collate} NOT NULL,
  secret VARCHAR(200)${collate} NOT NULL,
  previous_key VARCHAR(64)${collate} NOT NULL,
  previous_secret VARCHAR(200)${collate} NOT NULL,
  previous_until BIGINT NOT NULL,
  client_events SMALLINT NOT NULL,
  repeats_refused SMALLINT NOT NULL,
  max_data_bytes INT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_apps_tenant ON broadcasty_apps (tenant_id, app_id);
CREATE UNIQUE INDEX broadcasty_apps_key ON broadcasty_apps (app_key);
