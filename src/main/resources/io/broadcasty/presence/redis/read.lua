-- Reads the members of one channel. KEYS as in change.lua.
-- Returns the number of changes; id and JSON of each member.
return {tonumber(redis.call('GET', KEYS[3]) or '0'), redis.call('HGETALL', KEYS[1])}
