-- Reads who is present on one channel. KEYS as of change.lua.
-- Returns how many changes there have been; id and JSON of each member.
return {tonumber(redis.call('GET', KEYS[3]) or '0'), redis.call('HGETALL', KEYS[1])}
