-- Reads a channel's state, and a page of one of its partitions.
--
-- ARGV     as above, then: the minimum number of partitions to return; the page's partition ('' for
--          no page), the epoch the reader knows ('' for any), the last sequence it has (-1 for
--          none), the maximum number of publications, the approximate maximum number of bytes
-- Returns the epoch; first and head of each partition, in order; the page: sequence, time and
-- envelope of each publication, beginning with the one after the reader's last, or with the oldest
-- kept when that cannot be served.
local wanted = tonumber(ARGV[7])
local pageOf, knownEpoch, after = ARGV[8], ARGV[9], tonumber(ARGV[10])
local maxCount, maxBytes = tonumber(ARGV[11]), tonumber(ARGV[12])
local CHUNK = 64

local epoch = open()
local known = {}
local partitions = 0
local last = wanted - 1
for _, field in ipairs(redis.call('HKEYS', seq)) do
  local number = string.match(field, '^p(%d+)$')
  if number then
    known[tonumber(number)] = partition(number)
    partitions = partitions + 1
    last = math.max(last, tonumber(number))
  end
end

local bounds = {}
for number = 0, last do
  local p = known[number]
  if not p then
    bounds[#bounds + 1] = 1
    bounds[#bounds + 1] = 0
  else
    local first = oldest(p, partitions)
    if first <= p.head and not weight(p, first) then
      first = p.head + 1 -- Redis was short of memory and evicted it
    end
    p.first = first
    bounds[#bounds + 1] = first
    bounds[#bounds + 1] = p.head
  end
end

local page = {}
local p = pageOf ~= '' and known[tonumber(pageOf)]
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
return {epoch, bounds, page}
