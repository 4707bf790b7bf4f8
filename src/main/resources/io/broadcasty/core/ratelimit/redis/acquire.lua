-- Counts a new connection of a user, unless the limit of the tenant or the user is reached.
--
-- KEYS[1]  the tenant's connections by node; KEYS[2] the user's
-- ARGV     this node; its new counts of the tenant and the user, this connection included; the
--          limits of the tenant and the user; how long the counts are valid, in milliseconds; then
--          the other live nodes
-- Returns 1, or 0 when a limit is reached.
local function others(key)
  local sum = 0
  for i = 7, #ARGV do
    sum = sum + tonumber(redis.call('HGET', key, ARGV[i]) or 0)
  end
  return sum
end
if others(KEYS[1]) + tonumber(ARGV[2]) > tonumber(ARGV[4])
    or others(KEYS[2]) + tonumber(ARGV[3]) > tonumber(ARGV[5]) then
  return 0
end
for i = 1, 2 do
  redis.call('HSET', KEYS[i], ARGV[1], ARGV[i + 1])
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
return 1
