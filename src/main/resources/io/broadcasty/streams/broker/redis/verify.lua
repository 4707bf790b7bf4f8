-- Checks whether a channel still has the last publications that a node has received. If not, Redis
-- has lost them, as when a replica took over before it had them: their positions are in use, and
-- would be assigned again. Therefore the stream continues under another epoch, with all that is
-- kept, and the nodes are notified. Of several nodes that detect it, only one changes the epoch.
--
-- An unknown channel that would have the received epoch again is created with another one.
--
-- ARGV     as above, then: the announcements' channel, PUBLISH or SPUBLISH, the received epoch;
--          then for each partition its number, and the last publication's sequence, time and id
-- Returns 1 when the stream has been given another epoch, otherwise 0.
local FIRST = 11 -- of ARGV, with the first partition

local epoch = known()
if (epoch or coming()) ~= ARGV[10] then
  return 0
end
if not epoch then
  local found = numbers()
  local request = missing(found)
  if request then
    return request
  end
  create(ARGV[3], found)
  redis.call(ARGV[9], ARGV[8], ARGV[3] .. '\n')
  return 1
end

-- Returns an envelope's id, which follows one byte and begins with its length in four bytes.
local function id(envelope)
  local a, b, c, d = string.byte(envelope, 2, 5)
  return string.sub(envelope, 6, 5 + ((a * 256 + b) * 256 + c) * 256 + d)
end

local function has(number, sequence, time, wanted)
  local p = partition(number)
  if not p or p.head < sequence then
    return false
  end
  local at = whole(sequence) .. '-0'
  local found = redis.call('XRANGE', p.key, at, at)
  if not found[1] then
    return true -- it has left the retention
  end
  -- A publication that was published again has another time, and others before it.
  local fields = found[1][2]
  return tonumber(fields[2]) == time and id(fields[6]) == wanted
end

for i = FIRST, #ARGV, 4 do
  if not has(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]) then
    redis.call('HSET', seq, 'e', ARGV[3])
    redis.call(ARGV[9], ARGV[8], ARGV[3] .. '\n')
    return 1
  end
end
return 0
