-- How the channels of a policy are kept and served, as JSON; null for those of its tenant.
ALTER TABLE broadcasty_channels ADD COLUMN settings TEXT;
