-- Reads the members of one channel. KEYS as in change.lua.
-- Returns the number of changes; id and JSON of each member; the nodes that may hold members.
local nodes = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do
  if string.sub(field, 1, 5) ~= 'news:' then
    nodes[#nodes + 1] = field
  end
end
return {tonumber(redis.call('GET', KEYS[3]) or '0'), redis.call('HGETALL', KEYS[1]), nodes}
