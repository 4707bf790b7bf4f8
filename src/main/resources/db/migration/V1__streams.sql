-- One row: the epoch that streams to come will have.
CREATE TABLE broadcasty_store (
  id INT NOT NULL PRIMARY KEY,
  epoch VARCHAR(32) NOT NULL,
  evictions BIGINT NOT NULL
)${table_options};

-- One row a stream. Sequences are given out while the rows of a channel are locked.
CREATE TABLE broadcasty_streams (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  first_seq BIGINT NOT NULL,
  head_seq BIGINT NOT NULL,
  total_bytes BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, partition_no)
)${table_options};

CREATE INDEX broadcasty_streams_last ON broadcasty_streams (last_at);

-- bytes_before: the cost of all publications of the stream before this one, those gone included.
CREATE TABLE broadcasty_events (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  seq BIGINT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  envelope_id VARCHAR(200)${collate} NOT NULL,
  idempotent SMALLINT NOT NULL,
  payload ${bytes} NOT NULL,
  meta ${bytes},
  event VARCHAR(200),
  correlation_id VARCHAR(200),
  reply_to VARCHAR(200),
  cost_bytes INT NOT NULL,
  bytes_before BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, partition_no, seq)
)${table_options};

CREATE TABLE broadcasty_ids (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  envelope_id VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  seq BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, envelope_id)
)${table_options};

CREATE INDEX broadcasty_ids_at ON broadcasty_ids (published_at);
