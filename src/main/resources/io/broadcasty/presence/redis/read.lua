-- Reads a part of the members of one channel. KEYS as in change.lua.
--
-- ARGV     the cursor, 0 to begin with; about how many members to read
-- Returns the number of changes; id and JSON of each member; the cursor of the next part, or 0; with
-- the first part the nodes that may hold members. Members that change meanwhile may be missing, or
-- be as they were before or afterwards.
local nodes = {}
if ARGV[1] == '0' then
  for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do
    if string.sub(field, 1, 5) ~= 'news:' then
      nodes[#nodes + 1] = field
    end
  end
end
local part = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
return {tonumber(redis.call('GET', KEYS[3]) or '0'), part[2], part[1], nodes}
