-- Changes or reads the index of channels that have leases.
--
-- KEYS[1]  the channels by the time when a lease may end, in milliseconds of Redis' own clock
-- ARGV     now, '' for Redis' own clock, another only in tests; then durations, each with a channel,
--          which is added unless it is indexed, or a maximum number of channels
-- Returns the channels in which a lease may have ended.
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
end
if #ARGV > 2 then
  for i = 2, #ARGV, 2 do
    redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', now + tonumber(ARGV[i])), ARGV[i + 1])
  end
  return {}
end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[2])
