-- Says that a node lives. KEYS[1] the nodes, by when each last said so, in milliseconds of Redis'
-- own clock. ARGV: the node's name, for how long a word counts.
-- Returns 1 where the node's last word still counted, else 0; the names of those whose does not.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = now - tonumber(ARGV[2])
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
return {
  last and tonumber(last) >= since and 1 or 0,
  redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', since - 1))
}
