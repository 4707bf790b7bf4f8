-- Functions shared by the scripts about one channel. All their keys have the channel's hash tag.
--
-- KEYS[1]  the channel's hash: e its epoch, u when it was last used, and for each partition p<n>:
--          "head bytes time first firstTime firstBytes expiry", where bytes is the size of all
--          entries ever appended, time that of the head, firstTime and firstBytes (before it) those
--          of the oldest kept, and expiry is when the stream's own expiry was last postponed
-- KEYS[2]  with ":<n>" appended, the stream of partition n: entries <sequence>-0 with the fields
--          t (time), s (bytes before it) and b (the envelope)
-- ARGV     now, how long an unused channel is remembered, an epoch in case one is needed, and the
--          channel's retention: age, count, bytes. Times are milliseconds of the caller's clock.
local seq = KEYS[1]
local streams = KEYS[2] .. ':'
local now = tonumber(ARGV[1])
local idle = tonumber(ARGV[2])
local retention = {age = tonumber(ARGV[4]), count = tonumber(ARGV[5]), bytes = tonumber(ARGV[6])}
local HOUR = 3600000

local function whole(number)
  return string.format('%.0f', number)
end

-- Reads the channel's epoch; an unknown channel, or one unused for too long, gets a new one.
local function open()
  local known = redis.call('HMGET', seq, 'e', 'u')
  if known[1] and tonumber(known[2]) >= now - idle then
    return known[1], tonumber(known[2])
  end
  for _, field in ipairs(redis.call('HKEYS', seq)) do
    if string.sub(field, 1, 1) == 'p' then
      redis.call('DEL', streams .. string.sub(field, 2))
    end
  end
  redis.call('DEL', seq)
  redis.call('HSET', seq, 'e', ARGV[3], 'u', whole(now))
  redis.call('PEXPIRE', seq, whole(idle + HOUR))
  return ARGV[3], now
end

local function partition(number)
  local text = redis.call('HGET', seq, 'p' .. number)
  if not text then
    return nil
  end
  local h, b, t, f, ft, fs, x =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  return {
    number = number, key = streams .. number, head = tonumber(h), bytes = tonumber(b),
    time = tonumber(t), first = tonumber(f), firstTime = tonumber(ft), firstBytes = tonumber(fs),
    expiry = tonumber(x)
  }
end

local function text(p)
  return table.concat({whole(p.head), whole(p.bytes), whole(p.time), whole(p.first),
    whole(p.firstTime), whole(p.firstBytes), whole(p.expiry)}, ' ')
end

-- Returns when an entry was appended and how many bytes precede it; nil when it is gone.
local function weight(p, sequence)
  local id = whole(sequence) .. '-0'
  local found = redis.call('XRANGE', p.key, id, id)
  if not found[1] then
    return nil
  end
  local fields = found[1][2]
  return tonumber(fields[2]), tonumber(fields[4])
end

-- Returns the oldest sequence that the retention keeps; the partitions share the retention. Times
-- and bytes only grow with the sequence, so few entries are read however long the stream is.
local function oldest(p, partitions)
  local since = now - retention.age
  local bytes = math.max(1, math.floor(retention.bytes / partitions))
  local count = math.max(1, math.floor(retention.count / partitions))
  if p.first > p.head or p.time < since then
    return p.head + 1
  end
  local low = math.max(p.first, p.head - count + 1)
  local high = p.head
  if low == p.first and p.firstTime >= since and p.bytes - p.firstBytes <= bytes then
    high = low
  end
  while low < high do
    local middle = low + math.floor((high - low) / 2)
    local time, before = weight(p, middle)
    if time and time >= since and p.bytes - before <= bytes then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end
