-- The nodes that share the database. beat: grows as long as the node lives.
CREATE TABLE broadcasty_nodes (
  node VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  beat BIGINT NOT NULL
)${table_options};

-- One row a channel that has subscribers, or had lately. claims: " node+number@time" of each node that has
-- subscribers, with - of each that has none any more; number and time are of what it said last. told: 0 that it is
-- vacant, 1 that it is occupied, 2 its end is being told since told_at; by a node, as its told_number.
CREATE TABLE broadcasty_occupancy (
  tenant_id VARCHAR(64)${collate} NOT NULL,
  channel VARCHAR(200)${collate} NOT NULL,
  occupied SMALLINT NOT NULL,
  claims TEXT NOT NULL,
  told SMALLINT NOT NULL,
  told_by VARCHAR(64)${collate} NOT NULL,
  told_number BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel)
)${table_options};
