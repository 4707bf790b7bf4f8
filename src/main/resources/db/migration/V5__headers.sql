-- What a publication's headers are, and by which version of the format its row was written. Both null in
-- the rows of nodes that know neither, so that these go on writing during a rolling upgrade.
ALTER TABLE broadcasty_events ADD COLUMN format_version SMALLINT;
ALTER TABLE broadcasty_events ADD COLUMN headers ${bytes};
ALTER TABLE broadcasty_spool ADD COLUMN format_version SMALLINT;
ALTER TABLE broadcasty_spool ADD COLUMN headers ${bytes};
