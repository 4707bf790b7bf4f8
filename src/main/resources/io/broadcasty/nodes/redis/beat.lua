-- Says that a node lives, and asks who else does.
--
-- KEYS[1]  the nodes, by when each last said so, in milliseconds of Redis' own clock
-- KEYS[2]  how each describes itself
-- ARGV     the node's name, for how long a word counts, how it describes itself
-- Returns 1 where the node's last word still counted, else 0; the names of those whose does not;
-- for those whose does the name, when it was said, the description.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = now - tonumber(ARGV[2])
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', since - 1))
local live = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', since), '+inf', 'WITHSCORES')
local described = {}
for i = 1, #live, 2 do
  described[#described + 1] = live[i]
  described[#described + 1] = live[i + 1]
  described[#described + 1] = redis.call('HGET', KEYS[2], live[i]) or ''
end
return {last and tonumber(last) >= since and 1 or 0, gone, described}
