-- Stores a node's heartbeat, and returns the live and the dead nodes.
--
-- KEYS[1]  the nodes, by the time of their latest heartbeat, in milliseconds of Redis' own clock
-- KEYS[2]  the description of each node
-- ARGV     the node's name, the heartbeats' time to live, the node's description
-- Returns 1 when the node's previous heartbeat was still valid, otherwise 0; the names of the dead
-- nodes; for each live node its name, the time of its latest heartbeat, its description.
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
