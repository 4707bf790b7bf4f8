-- Reads a page of one partition, or the states of all. Writes nothing.
--
-- ARGV     as above, then: the page's partition, or '' for the states; the minimum number of
--          partitions to return; the epoch the reader knows ('' for any), the last sequence it has
--          (-1 for none), the maximum number of publications, the approximate maximum number of
--          bytes
-- Returns the epoch; first and head of the page's partition, or of each in order; the page:
-- sequence, time and envelope of each publication, beginning with the one after the reader's last,
-- or with the oldest kept when that cannot be served. Returns 0 when the channel is unknown and
-- Redis has no random text yet: its epoch would change as soon as there is one.
local pageOf, wanted = ARGV[8], tonumber(ARGV[9])
local knownEpoch, after = ARGV[10], tonumber(ARGV[11])
local maxCount, maxBytes = tonumber(ARGV[12]), tonumber(ARGV[13])
local CHUNK = 64

local epoch = known()
if not epoch and KEYS[2] ~= seq and redis.call('HEXISTS', KEYS[2], 'r') == 0 then
  return 0
end
local found = epoch and numbers() or {}
if pageOf == '' then
  local request = missing(found)
  if request then
    return request
  end
end

local function bounded(p)
  if not p then
    return 1, 0
  end
  local first = oldest(p, #found)
  if first <= p.head and not weight(p, first) then
    first = p.head + 1 -- Redis was short of memory and evicted it
  end
  p.first = first
  return first, p.head
end

local bounds = {}
local p
if pageOf ~= '' then
  p = epoch and partition(pageOf)
  bounds[1], bounds[2] = bounded(p)
else
  for _, number in ipairs(found) do
    wanted = math.max(wanted, tonumber(number) + 1)
  end
  for number = 0, wanted - 1 do
    local first, head = bounded(epoch and partition(whole(number)))
    bounds[#bounds + 1] = first
    bounds[#bounds + 1] = head
  end
end

local page = {}
if p and p.first <= p.head then
  local from = p.first
  if after >= p.first and (knownEpoch == '' or knownEpoch == epoch) then
    from = after + 1
  end
  local count, bytes = 0, 0
  while from <= p.head and count < maxCount and bytes < maxBytes do
    local chunk = redis.call('XRANGE', p.key, whole(from) .. '-0', '+', 'COUNT',
      math.min(CHUNK, maxCount - count))
    if #chunk == 0 then
      break
    end
    for _, entry in ipairs(chunk) do
      if bytes < maxBytes then
        local envelope = entry[2][6]
        page[#page + 1] = tonumber(string.match(entry[1], '^%d+'))
        page[#page + 1] = tonumber(entry[2][2])
        page[#page + 1] = envelope
        count = count + 1
        bytes = bytes + #envelope
      end
    end
    from = page[#page - 2] + 1
  end
end
return {epoch or coming(), bounds, page}
