-- Looks whether a channel still has what a node has heard of it. Where it has not, Redis has lost
-- its last publications, as when a replica took over before it had them: their positions have been
-- seen, and would be given to others. So the stream, with all that is kept, goes on under another
-- epoch, and the nodes are told. Of several that find it out, one does so.
--
-- ARGV     as above, then: the announcements' channel, PUBLISH or SPUBLISH, the epoch that was heard
--          of; then for each partition its number, and the last publication's sequence, time and id
-- Returns 1 when the stream has been given another epoch, else 0.
local FIRST = 10 -- of ARGV, with the first partition

if redis.call('HGET', seq, 'e') ~= ARGV[9] then
  return 0
end

-- An envelope begins with a byte, and its id with its length in four.
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
    return true -- it is not kept any more
  end
  -- A publication that was tried again has another time, and others before it.
  local fields = found[1][2]
  return tonumber(fields[2]) == time and id(fields[6]) == wanted
end

for i = FIRST, #ARGV, 4 do
  if not has(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]) then
    redis.call('HSET', seq, 'e', ARGV[3])
    redis.call(ARGV[8], ARGV[7], ARGV[3] .. '\n')
    return 1
  end
end
return 0
