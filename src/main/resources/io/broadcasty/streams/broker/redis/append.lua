-- Appends envelopes to one channel, in order, and announces them: all or none.
--
-- KEYS     as above, then for each id that is to be remembered, in the order of the envelopes, the
--          key of its position: "partition epoch sequence time"
-- ARGV     as above, then: how long an id is remembered, the announcements' channel, PUBLISH or
--          SPUBLISH; then for each envelope its partition, 1 if its id is to be remembered or 0, its
--          size in bytes, and the envelope
-- Returns the epoch; 1 when these are the channel's first publications, otherwise 0; then for each
-- envelope its sequence and time, or if its id was known, the text of its position and 0.
local window = tonumber(ARGV[8])
local FIRST = 11 -- of ARGV, with the first envelope
local MINUTE = 60000

local epoch, used = known()
if not epoch then
  local found = numbers()
  local request = missing(found)
  if request then
    return request
  end
  if KEYS[2] ~= seq and redis.call('HSETNX', KEYS[2], 'r', ARGV[3]) == 1 then
    redis.call('PEXPIRE', KEYS[2], whole(HOUR / 2)) -- the nodes keep it for longer
  end
  epoch, used = coming(), now
  if epoch == redis.call('HGET', seq, 'e') then
    epoch = ARGV[3] -- it was forgotten just now, and is not counted yet
  end
  create(epoch, found)
end
local newborn = redis.call('HLEN', seq) == 2
local touched = {}
local reply = {epoch, newborn and 1 or 0}
local news = {epoch, '\n'}
local appended = false

local function touch(number)
  local p = touched[number]
  if not p then
    p = partition(number)
    if not p then
      p = {number = number, key = streams[number], head = 0, bytes = 0, time = 0, first = 1,
        firstTime = 0, firstBytes = 0, expiry = 0}
      redis.call('DEL', p.key)
    end
    touched[number] = p
  end
  return p
end

local function positionOf(id)
  local position = redis.call('GET', id)
  if position and tonumber(string.match(position, '(%d+)$')) > now - window then
    return position
  end
  return nil
end

for i = FIRST, #ARGV, 4 do
  local number, id, cost, envelope = ARGV[i], nil, tonumber(ARGV[i + 2]), ARGV[i + 3]
  if ARGV[i + 1] == '1' then
    declared = declared + 1
    id = KEYS[declared]
  end
  local position = id and positionOf(id)
  if position then
    reply[#reply + 1] = position
    reply[#reply + 1] = 0
  else
    local p = touch(number)
    local at = math.max(now, p.time)
    local sequence = whole(p.head + 1)
    redis.call('XADD', p.key, sequence .. '-0', 't', whole(at), 's', whole(p.bytes), 'b', envelope)
    if p.first > p.head then
      p.first, p.firstTime, p.firstBytes = p.head + 1, at, p.bytes
    end
    p.head, p.bytes, p.time = p.head + 1, p.bytes + cost, at
    if id then
      redis.call('SET', id, table.concat({number, epoch, sequence, whole(at)}, ' '),
        'PX', whole(window + MINUTE))
    end
    reply[#reply + 1] = p.head
    reply[#reply + 1] = at
    news[#news + 1] = table.concat({number, sequence, whole(at), #envelope}, ' ')
    news[#news + 1] = '\n'
    news[#news + 1] = envelope
    appended = true
  end
end

if appended then
  local partitions = redis.call('HLEN', seq) - 2
  for number, p in pairs(touched) do
    if redis.call('HEXISTS', seq, 'p' .. number) == 0 then
      partitions = partitions + 1
    end
  end
  for number, p in pairs(touched) do
    -- Trims only when an eighth too much is kept: readers apply the retention exactly.
    local count = retention.count / partitions
    local bytes = retention.bytes / partitions
    if p.head - p.first + 1 > count + math.max(16, count / 8)
      or p.bytes - p.firstBytes > bytes + bytes / 8
      or p.firstTime < now - retention.age - retention.age / 8 then
      local first = oldest(p, partitions)
      redis.call('XTRIM', p.key, 'MAXLEN', whole(p.head - first + 1))
      p.first = first
      local at, before = weight(p, first)
      p.firstTime, p.firstBytes = at or p.time, before or p.bytes
    end
    if now - p.expiry > MINUTE then
      p.expiry = now
      redis.call('PEXPIRE', p.key, whole(retention.age + 3 * MINUTE))
    end
    redis.call('HSET', seq, 'p' .. number, text(p))
  end
  if now - used > MINUTE then
    redis.call('HSET', seq, 'u', whole(now))
    redis.call('PEXPIRE', seq, whole(idle + HOUR))
  end
  redis.call(ARGV[10], ARGV[9], table.concat(news))
end
return reply
