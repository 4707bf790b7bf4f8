-- Functions shared by the scripts about one channel. Its keys have the channel's hash tag.
--
-- KEYS[1]  the channel's hash: e its epoch, u when it was last used, and for each partition p<n>:
--          "head bytes time first firstTime firstBytes expiry", where bytes is the size of all
--          entries ever appended, time that of the head, firstTime and firstBytes (before it) those
--          of the oldest kept, and expiry is when the stream's own expiry was last postponed
-- KEYS[2]  a hash: r a random text of this Redis, lost with its data, and for each group of channels
--          how many of them have been forgotten; in a Cluster, where it would be on another server,
--          KEYS[1] again
-- KEYS[3]… the streams of the partitions that ARGV names: entries <sequence>-0 with the fields t
--          (time), s (bytes before it) and b (the envelope)
-- ARGV     now, '' for Redis' own clock, another only in tests; how long an unused channel is
--          remembered; a random text in case one is needed; the channel's retention: age, count,
--          bytes; the numbers of partitions, separated by commas. Times are milliseconds.
-- A script that needs the stream of another partition changes nothing, and returns false and the
-- numbers of all partitions.
local seq = KEYS[1]
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local idle = tonumber(ARGV[2])
local retention = {age = tonumber(ARGV[4]), count = tonumber(ARGV[5]), bytes = tonumber(ARGV[6])}
local HOUR = 3600000

-- In a Cluster. Shorter than the time after which a channel is forgotten, so that its next epoch
-- differs.
local GENERATION = 20 * HOUR

local streams = {}
local declared = 2
for number in string.gmatch(ARGV[7], '%d+') do
  declared = declared + 1
  streams[number] = KEYS[declared]
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Returns what distinguishes this run of the server, if data may vanish while Redis keeps its random
-- text, or has none.
local function run(random)
  local memory = redis.pcall('INFO', 'memory')
  local policy = type(memory) == 'string' and string.match(memory, 'maxmemory_policy:(%S+)')
  if random ~= '' and (not policy or policy == 'noeviction') then
    return ''
  end
  local server, stats = redis.pcall('INFO', 'server'), redis.pcall('INFO', 'stats')
  return (type(server) == 'string' and string.match(server, 'run_id:(%w+)') or '') .. ' '
    .. (type(stats) == 'string' and string.match(stats, 'evicted_keys:(%d+)') or '')
end

-- Returns the epoch that an unknown channel will have, so that its readers know it without writing.
local function coming()
  local random, forgotten = '', whole(math.floor(now / GENERATION))
  if KEYS[2] ~= seq then
    local found = redis.call('HMGET', KEYS[2], 'r', string.sub(redis.sha1hex(seq), 1, 3))
    random, forgotten = found[1] or '', found[2] or '0'
  end
  return string.sub(
    redis.sha1hex(table.concat({random, run(random), seq, forgotten}, ' ')), 1, 12)
end

-- Returns the channel's epoch, and when it was last used; nil for one that is unknown, or was not
-- used for too long.
local function known()
  local fields = redis.call('HMGET', seq, 'e', 'u')
  if fields[1] and tonumber(fields[2]) >= now - idle then
    return fields[1], tonumber(fields[2])
  end
  return nil
end

-- Returns the numbers of the partitions that have publications, as texts.
local function numbers()
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', seq)) do
    local number = string.match(field, '^p(%d+)$')
    if number then
      found[#found + 1] = number
    end
  end
  return found
end

-- Returns the reply that requests the streams of all partitions, unless they are declared.
local function missing(found)
  for _, number in ipairs(found) do
    if not streams[number] then
      return {false, table.concat(found, ',')}
    end
  end
  return nil
end

-- Creates an unknown channel; its streams, if it was forgotten, must be declared.
local function create(epoch, found)
  for _, number in ipairs(found) do
    redis.call('DEL', streams[number])
  end
  redis.call('DEL', seq)
  redis.call('HSET', seq, 'e', epoch, 'u', whole(now))
  redis.call('PEXPIRE', seq, whole(idle + HOUR))
end

local function partition(number)
  local text = redis.call('HGET', seq, 'p' .. number)
  if not text then
    return nil
  end
  local h, b, t, f, ft, fs, x =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  return {
    number = number, key = streams[number], head = tonumber(h), bytes = tonumber(b),
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
