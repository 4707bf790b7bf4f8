-- How far each channel has been relayed to a provider.
CREATE TABLE broadcasty_relay (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  seq BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, partition_no)
)${table_options};

CREATE INDEX broadcasty_relay_saved ON broadcasty_relay (saved_at);

-- Which node relays a channel, and until when unless it says so again.
CREATE TABLE broadcasty_relay_claims (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  owner VARCHAR(64)${collate} NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel)
)${table_options};

CREATE INDEX broadcasty_relay_claims_until ON broadcasty_relay_claims (until_at);

-- One row: when this installation began to relay.
CREATE TABLE broadcasty_relay_since (
  id INT NOT NULL PRIMARY KEY,
  since_at BIGINT NOT NULL
)${table_options};
