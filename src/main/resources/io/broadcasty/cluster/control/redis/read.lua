-- Reads the control messages after the last one that a node has received.
--
-- KEYS[1]  the log, as of publish.lua
-- ARGV     the number of the last message received, 0 for none; its id; the maximum number to read
-- Returns 1 when no message before these is missing, otherwise 0: some are not kept any more, or
-- Redis has lost the last one received, and all messages are returned. Then 1 when there are more
-- to read, otherwise 0. Then for each message its number, id and text.
local heard, id, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])

-- Reads one more than requested, to know if there are more; the first may be the last one received.
local function from(number)
  return redis.call('XRANGE', KEYS[1], string.format('%.0f', number) .. '-0', '+', 'COUNT', limit + 2)
end

local complete = 1
local entries
if heard == 0 then
  entries = from(0)
  complete = (not entries[1] or entries[1][1] == '1-0') and 1 or 0
else
  entries = from(heard)
  if entries[1] and entries[1][1] == string.format('%.0f', heard) .. '-0' and entries[1][2][2] == id then
    table.remove(entries, 1)
  else
    entries = from(0)
    complete = 0
  end
end
local more = #entries > limit
local reply = {complete, more and 1 or 0}
for i = 1, math.min(#entries, limit) do
  local entry = entries[i]
  reply[#reply + 1] = tonumber(string.match(entry[1], '^%d+'))
  reply[#reply + 1] = entry[2][2]
  reply[#reply + 1] = entry[2][6]
end
return reply
