-- The channels of the spool, and the oldest and the latest entry of one, are found without reading the others.
CREATE INDEX broadcasty_spool_order ON broadcasty_spool (tenant_id, channel, number);
