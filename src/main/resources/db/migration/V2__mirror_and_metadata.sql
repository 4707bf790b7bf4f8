-- The epoch becomes part of a publication's key: a mirrored stream that Redis has lost begins anew with
-- sequences from 1, and the rows of its former life are kept for their time. One statement where the
-- database takes it, since some servers refuse a table without a primary key even for a moment.
ALTER TABLE broadcasty_events ${drop_key_of_events} ADD PRIMARY KEY (tenant_id, channel, partition_no, epoch, seq);

CREATE INDEX broadcasty_events_published ON broadcasty_events (tenant_id, channel, published_at);

-- What the mirror has of each life of a stream: a row for each stretch without a gap, usually one. It
-- began with begun_seq and holds first_seq to head_seq; first_at and last_at are when those were published.
CREATE TABLE broadcasty_mirror (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  begun_seq BIGINT NOT NULL,
  first_seq BIGINT NOT NULL,
  head_seq BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, partition_no, epoch, begun_seq)
)${table_options};

CREATE INDEX broadcasty_mirror_first ON broadcasty_mirror (first_at);

-- What waits for Redis, in the order of its numbers. Every id is unique here, also one that the server made.
CREATE TABLE broadcasty_spool (
  number ${identity} PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  envelope_id VARCHAR(200)${collate} NOT NULL,
  payload ${bytes} NOT NULL,
  meta ${bytes},
  event VARCHAR(200),
  correlation_id VARCHAR(200),
  reply_to VARCHAR(200),
  queued_at BIGINT NOT NULL
)${table_options};

CREATE UNIQUE INDEX broadcasty_spool_ids ON broadcasty_spool (tenant_id, channel, envelope_id);

-- policy: JSON.
CREATE TABLE broadcasty_channels (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  name VARCHAR(200)${collate} NOT NULL,
  policy TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
)${table_options};

-- key_id is the key that a caller sends; KEY is a reserved word in MySQL and H2. hash: of its secret,
-- which is kept nowhere. scopes: JSON. rotated_at: null for one that never was.
CREATE TABLE broadcasty_api_keys (
  key_id VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  name VARCHAR(200)${collate} NOT NULL,
  hash VARCHAR(128)${collate} NOT NULL,
  scopes TEXT NOT NULL,
  rotated_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
)${table_options};

CREATE INDEX broadcasty_api_keys_tenant ON broadcasty_api_keys (tenant_id);
CREATE UNIQUE INDEX broadcasty_api_keys_hash ON broadcasty_api_keys (hash);

-- ctx: JSON.
CREATE TABLE broadcasty_audit_logs (
  id ${identity} PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  action VARCHAR(64)${collate} NOT NULL,
  actor_id VARCHAR(200)${collate},
  ip VARCHAR(45),
  ctx TEXT,
  created_at BIGINT NOT NULL
)${table_options};

CREATE INDEX broadcasty_audit_logs_time ON broadcasty_audit_logs (tenant_id, created_at);
CREATE INDEX broadcasty_audit_logs_at ON broadcasty_audit_logs (created_at);

-- Which node has which recurring task, by the database's clock; the columns are ShedLock's.
CREATE TABLE broadcasty_locks (
  name VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  lock_until ${timestamp} NOT NULL,
  locked_at ${timestamp} NOT NULL,
  locked_by VARCHAR(255) NOT NULL
)${table_options};
