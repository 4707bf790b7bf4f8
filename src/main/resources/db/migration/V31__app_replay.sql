-- How long the last event of a cache channel is sent to new subscribers, and how far back those of other channels get
-- events, in milliseconds.
ALTER TABLE broadcasty_apps ADD COLUMN cache_ttl BIGINT DEFAULT 1800000 NOT NULL;
ALTER TABLE broadcasty_apps ADD COLUMN replay BIGINT DEFAULT 0 NOT NULL;
