-- Claims a channel for an owner, or renews its claim.
--
-- KEYS[1]  the checkpoints of the channel; KEYS[2] its claim
-- ARGV     the owner; the lease in milliseconds
-- Returns the checkpoints, or false when another owner has the claim.
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then
  return false
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('HGETALL', KEYS[1])
