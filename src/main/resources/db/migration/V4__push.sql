-- Devices that notifications can be sent to (the reference's user_push_subs). token, public_key and
-- auth_secret are secrets; token_hash is SHA-256 of the token, which is longer than a key of an index may be.
CREATE TABLE broadcasty_user_push_subs (
  id VARCHAR(36)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  user_id VARCHAR(200)${collate} NOT NULL,
  service VARCHAR(16)${collate} NOT NULL,
  token_hash VARCHAR(64)${collate} NOT NULL,
  token VARCHAR(2048)${collate} NOT NULL,
  public_key VARCHAR(200)${collate},
  auth_secret VARCHAR(100)${collate},
  device VARCHAR(200)${collate},
  confirmed_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
)${table_options};

CREATE UNIQUE INDEX broadcasty_push_subs_token ON broadcasty_user_push_subs (tenant_id, service, token_hash);
CREATE INDEX broadcasty_push_subs_user ON broadcasty_user_push_subs (tenant_id, user_id);

CREATE TABLE broadcasty_push_topics (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  topic VARCHAR(200)${collate} NOT NULL,
  subscription_id VARCHAR(36)${collate} NOT NULL,
  PRIMARY KEY (tenant_id, topic, subscription_id)
)${table_options};

CREATE INDEX broadcasty_push_topics_subs ON broadcasty_push_topics (subscription_id);

-- What was asked to be sent, once for all of its devices.
CREATE TABLE broadcasty_push_sends (
  number ${identity} PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  send_id VARCHAR(200)${collate} NOT NULL,
  title ${bytes} NOT NULL,
  body ${bytes},
  url VARCHAR(2048),
  data ${bytes},
  urgency VARCHAR(16) NOT NULL,
  collapse_key VARCHAR(200),
  ttl_seconds INT NOT NULL,
  devices INT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
)${table_options};

CREATE UNIQUE INDEX broadcasty_push_sends_id ON broadcasty_push_sends (tenant_id, send_id);
CREATE INDEX broadcasty_push_sends_at ON broadcasty_push_sends (created_at);

-- One notification to one device. due_at: when it is to be tried, or when the lease of the node that tries it
-- ends; null once it is finished. state: the code of DispatchState. owner: the claim of the node that tries it.
CREATE TABLE broadcasty_push_dispatches (
  number ${identity} PRIMARY KEY,
  send_number BIGINT NOT NULL,
  subscription_id VARCHAR(36)${collate} NOT NULL,
  user_id VARCHAR(200)${collate} NOT NULL,
  service VARCHAR(16)${collate} NOT NULL,
  state SMALLINT NOT NULL,
  due_at BIGINT,
  expires_at BIGINT NOT NULL,
  attempts INT NOT NULL,
  owner VARCHAR(64)${collate},
  reason VARCHAR(500),
  service_ref VARCHAR(500),
  changed_at BIGINT NOT NULL
)${table_options};

CREATE INDEX broadcasty_push_dispatches_due ON broadcasty_push_dispatches (service, due_at);
CREATE INDEX broadcasty_push_dispatches_send ON broadcasty_push_dispatches (send_number, number);

-- What is to be pushed of a publication unless it is delivered until due_at. users: names with U+0000 between
-- them; null for the followers of the channel.
CREATE TABLE broadcasty_push_pending (
  number ${identity} PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  send_id VARCHAR(200)${collate} NOT NULL,
  users ${bytes},
  title ${bytes} NOT NULL,
  body ${bytes},
  url VARCHAR(2048),
  data ${bytes},
  urgency VARCHAR(16) NOT NULL,
  collapse_key VARCHAR(200),
  ttl_seconds INT NOT NULL,
  due_at BIGINT NOT NULL
)${table_options};

CREATE UNIQUE INDEX broadcasty_push_pending_id ON broadcasty_push_pending (tenant_id, send_id);
CREATE INDEX broadcasty_push_pending_due ON broadcasty_push_pending (due_at);

-- Who has had such a publication.
CREATE TABLE broadcasty_push_receipts (
  pending_number BIGINT NOT NULL,
  user_id VARCHAR(200)${collate} NOT NULL,
  PRIMARY KEY (pending_number, user_id)
)${table_options};

-- How many notifications a tenant has sent on a day (days since 1970, UTC).
CREATE TABLE broadcasty_push_usage (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  day_number BIGINT NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, day_number)
)${table_options};
