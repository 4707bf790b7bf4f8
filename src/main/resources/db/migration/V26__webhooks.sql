-- Endpoints that are told of events. events: names with blanks between, empty for all. channels: a name or pattern,
-- empty for all. secret and previous_secret: encrypted by the master key that secret_key_id names, empty for none.
-- state: active, paused or disabled. configured: 1 for that of an app's configuration. failing_since: 0 while it
-- answers. owner and lease_until: the node that sends to it, until when nobody else does. Times in milliseconds.
CREATE TABLE broadcasty_webhooks (
  endpoint_id VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  url VARCHAR(2048)${collate} NOT NULL,
  description VARCHAR(200) NOT NULL,
  format VARCHAR(20)${collate} NOT NULL,
  app_id VARCHAR(20)${collate} NOT NULL,
  events VARCHAR(1000)${collate} NOT NULL,
  channels VARCHAR(200)${collate} NOT NULL,
  secret_key_id VARCHAR(16)${collate} NOT NULL,
  secret VARCHAR(500)${collate} NOT NULL,
  previous_secret VARCHAR(500)${collate} NOT NULL,
  previous_until BIGINT NOT NULL,
  rate_limit INT NOT NULL,
  state VARCHAR(16)${collate} NOT NULL,
  configured SMALLINT NOT NULL,
  failing_since BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  owner VARCHAR(64)${collate},
  lease_until BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_webhooks_tenant ON broadcasty_webhooks (tenant_id, endpoint_id);

-- One message to one endpoint. body: as it is sent, in UTF-8. state: 0 waiting, 1 delivered, 2 dead. due_at: when it
-- is to be tried; the greatest number once it is finished. status: of the last answer, 0 for none.
CREATE TABLE broadcasty_webhook_deliveries (
  number ${identity} PRIMARY KEY,
  endpoint_id VARCHAR(32)${collate} NOT NULL,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  message_id VARCHAR(40)${collate} NOT NULL,
  type VARCHAR(32)${collate} NOT NULL,
  channel VARCHAR(200)${collate},
  user_id VARCHAR(200)${collate},
  body ${bytes} NOT NULL,
  state SMALLINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts INT NOT NULL,
  status INT NOT NULL,
  reason VARCHAR(500),
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_webhook_deliveries_due ON broadcasty_webhook_deliveries (endpoint_id, due_at, number);
CREATE INDEX broadcasty_webhook_deliveries_log ON broadcasty_webhook_deliveries (endpoint_id, number);
CREATE UNIQUE INDEX broadcasty_webhook_deliveries_id ON broadcasty_webhook_deliveries (message_id, endpoint_id);
CREATE INDEX broadcasty_webhook_deliveries_age ON broadcasty_webhook_deliveries (created_at);
CREATE INDEX broadcasty_webhook_deliveries_user ON broadcasty_webhook_deliveries (tenant_id, user_id);

-- What came of each attempt. status: 0 for no answer. answer: its beginning.
CREATE TABLE broadcasty_webhook_attempts (
  number ${identity} PRIMARY KEY,
  delivery_number BIGINT NOT NULL,
  attempt INT NOT NULL,
  attempted_at BIGINT NOT NULL,
  took_millis BIGINT NOT NULL,
  status INT NOT NULL,
  reason VARCHAR(500),
  answer ${bytes}
)${table_options};
CREATE INDEX broadcasty_webhook_attempts_delivery ON broadcasty_webhook_attempts (delivery_number);
