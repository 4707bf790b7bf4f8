-- Takes a place for a connection of a user, where the tenant and the user have one left.
--
-- KEYS[1]  the tenant's connections by node; KEYS[2] the user's
-- ARGV     this node; how many it has of each with this one; how many there may be of each; for how
--          long, in milliseconds, this counts; then the nodes that live, this one left out
-- Returns 1, or 0 where there is no place.
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
