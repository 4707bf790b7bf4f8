-- How far each channel has been sent to a queue or topic, by connector.
CREATE TABLE broadcasty_messaging (
  connector VARCHAR(32) NOT NULL,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  partition_no INT NOT NULL,
  epoch VARCHAR(32) NOT NULL,
  seq BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (connector, tenant_id, channel, partition_no)
)${table_options};

CREATE INDEX broadcasty_messaging_saved ON broadcasty_messaging (saved_at);

-- Which node sends a channel, and until when unless it says so again.
CREATE TABLE broadcasty_messaging_claims (
  connector VARCHAR(32) NOT NULL,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  owner VARCHAR(64)${collate} NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (connector, tenant_id, channel)
)${table_options};

CREATE INDEX broadcasty_messaging_claims_until ON broadcasty_messaging_claims (until_at);

-- When each connector began to send.
CREATE TABLE broadcasty_messaging_since (
  connector VARCHAR(32) NOT NULL PRIMARY KEY,
  since_at BIGINT NOT NULL
)${table_options};
