-- Copies a part of one partition's stream, with some envelopes replaced. The call that reaches the
-- head puts the copy in the place of the stream: Redis cannot change an entry, and one that is
-- deleted stays in its memory and its files as long as its neighbours.
--
-- KEYS     as above, with the stream of the partition; then the copy, and who copies
-- ARGV     as above, then: the epoch, a text that no other caller has, the sequences of the part's
--          first and last entry, 1 for the first part or 0; then for each envelope to be replaced
--          its sequence and what replaces it
-- Returns 0 when parts are left, 1 when the stream is replaced, 2 when the channel or the partition
-- is gone or has another epoch, 3 when another caller is copying, or this one has waited too long.
local copy, owner = KEYS[4], KEYS[5]
local me, from, to, first = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12] == '1'
local REPLACEMENTS = 13 -- of ARGV, with the first one
local LEASE = 60000

local epoch = known()
local number = string.match(ARGV[7], '%d+')
local p = epoch == ARGV[8] and partition(number)
if not p then
  return 2
end
local copying = redis.call('GET', owner)
if copying and copying ~= me or not copying and not first then
  return 3
end
redis.call('SET', owner, me, 'PX', LEASE)
if first then
  redis.call('DEL', copy)
end

local replacements = {}
for i = REPLACEMENTS, #ARGV, 2 do
  replacements[ARGV[i]] = ARGV[i + 1]
end
for _, entry in ipairs(redis.call('XRANGE', p.key, whole(from) .. '-0', whole(to) .. '-0')) do
  local fields = entry[2]
  local envelope = replacements[string.match(entry[1], '^%d+')] or fields[6]
  redis.call('XADD', copy, entry[1], 't', fields[2], 's', fields[4], 'b', envelope)
end
redis.call('PEXPIRE', copy, LEASE)
if to < p.head then
  return 0
end
local expiry = redis.call('PTTL', p.key)
if redis.call('EXISTS', copy) == 1 then
  redis.call('RENAME', copy, p.key)
  if expiry > 0 then
    redis.call('PEXPIRE', p.key, expiry)
  else
    redis.call('PERSIST', p.key)
  end
end
redis.call('DEL', owner)
return 1
