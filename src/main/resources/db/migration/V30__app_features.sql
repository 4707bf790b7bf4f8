-- What apps have besides the basic protocol: whether subscribers are told how many they are, and whether users are told
-- which of the users they watch are signed in.
ALTER TABLE broadcasty_apps ADD COLUMN subscription_counts SMALLINT DEFAULT 0 NOT NULL;
ALTER TABLE broadcasty_apps ADD COLUMN watchlists SMALLINT DEFAULT 0 NOT NULL;
