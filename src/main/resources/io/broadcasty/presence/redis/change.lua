-- Applies operations to the members of one channel and announces the differences, atomically.
--
-- KEYS[1]  members: id to JSON
-- KEYS[2]  holders of each member: id to "holder;holder;…", where a holder is a node's name, or ~
--          and the time when a lease ends, in milliseconds of Redis' own clock
-- KEYS[3]  the number of changes
-- KEYS[4]  the number of each node's last call; below "news:" and its name, the number of its last
--          call that made members join or leave, and "+id" and "-id" of those, each after its
--          length
-- ARGV     now, '' for Redis' own clock, another only in tests; this node, the maximum number of
--          members, the announcements' channel, PUBLISH or SPUBLISH, the number of this call, the
--          number of the first call whose answer was lost or 0; then for each operation its kind,
--          an id, a JSON and a duration in milliseconds:
--          hold, drop: this node holds a member, or no longer holds it
--          join, renew, leave: a lease that ends after the duration; renew with a JSON gives a
--          lease that Redis has lost again
--          expire: removes leases that have ended
--          forget: removes a dead node, which is named in place of the id
--          Both go through a part of the members, beginning at the cursor in place of the JSON
-- A call that the node has given up may arrive after a later one, when Redis or the connection was
-- blocked: it has no effect, and its reply is not read.
-- Returns for each operation: hold and join 1 if the member was not present, 0 if it was, -1 if the
-- maximum is reached; drop, renew and leave 1 if it was so held, otherwise 0; expire the time when
-- the next lease of that part ends, or 0, and the cursor of the next part, or 0 at the end; forget 0
-- and such a cursor. Then "+id" of each member that has joined and "-id" of each that has left by
-- this call and by those whose answers were lost.
local members, holders, version, calls = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now, node, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
end
local number, lost = tonumber(ARGV[6]), tonumber(ARGV[7])
local FIRST = 8
local DAY = 86400000
local PART = 250 -- about how many members a call goes through at most

-- Renewing or ending the leases of an unknown channel writes nothing.
if redis.call('EXISTS', holders, calls) == 0 then
  local ofLeases, none = true, {}
  for i = FIRST, #ARGV, 4 do
    local known = ARGV[i] == 'renew' and ARGV[i + 2] == ''
    ofLeases = ofLeases and (known or ARGV[i] == 'expire' or ARGV[i] == 'forget')
    none[#none + 1] = 0
  end
  if ofLeases then
    return none
  end
end

if number < tonumber(redis.call('HGET', calls, node) or '0') then
  return {}
end
redis.call('HSET', calls, node, ARGV[6])

local before, order = {}, {}
local function remember(id)
  if before[id] == nil then
    before[id] = redis.call('HGET', members, id) or false
    order[#order + 1] = id
  end
end

local function parse(text)
  local held = {nodes = {}, any = false}
  for holder in string.gmatch(text or '', '[^;]+') do
    if string.sub(holder, 1, 1) == '~' then
      held.lease = tonumber(string.sub(holder, 2))
    else
      held.nodes[holder] = true
    end
  end
  return held
end

local function write(id, held)
  local parts = {}
  for name in pairs(held.nodes) do
    parts[#parts + 1] = name
  end
  if held.lease then
    parts[#parts + 1] = '~' .. string.format('%.0f', held.lease)
  end
  remember(id)
  if #parts == 0 then
    redis.call('HDEL', holders, id)
    redis.call('HDEL', members, id)
  else
    redis.call('HSET', holders, id, table.concat(parts, ';'))
  end
end

local function of(id)
  return parse(redis.call('HGET', holders, id))
end

local function enter(id, json, change)
  remember(id)
  local first = redis.call('HEXISTS', members, id) == 0
  if first and redis.call('HLEN', members) >= most then
    return -1
  end
  redis.call('HSET', members, id, json)
  local held = of(id)
  change(held)
  write(id, held)
  return first and 1 or 0
end

local steps = {}
function steps.hold(id, json)
  return enter(id, json, function(held) held.nodes[node] = true end)
end
function steps.join(id, json, duration)
  return enter(id, json, function(held) held.lease = now + duration end)
end
function steps.drop(id)
  local held = of(id)
  local was = held.nodes[node]
  held.nodes[node] = nil
  write(id, held)
  return was and 1 or 0
end
function steps.leave(id)
  local held = of(id)
  local was = held.lease
  held.lease = nil
  write(id, held)
  return was and 1 or 0
end
function steps.renew(id, json, duration)
  local held = of(id)
  if not held.lease then
    return json ~= '' and steps.join(id, json, duration) >= 0 and 1 or 0
  end
  held.lease = math.max(held.lease, now + duration)
  write(id, held)
  return 1
end
local function each(cursor, change)
  local part = redis.call('HSCAN', holders, cursor, 'COUNT', PART)
  local all = part[2]
  for i = 1, #all, 2 do
    local held = parse(all[i + 1])
    if change(held) then
      write(all[i], held)
    end
  end
  return part[1]
end
function steps.expire(_, cursor)
  local due = 0
  local following = each(cursor, function(held)
    if held.lease and held.lease <= now then
      held.lease = nil
      return true
    end
    if held.lease and (due == 0 or held.lease < due) then
      due = held.lease
    end
    return false
  end)
  return {due, following}
end
function steps.forget(name, cursor)
  local following = each(cursor, function(held)
    local was = held.nodes[name]
    held.nodes[name] = nil
    return was
  end)
  if following == '0' then
    redis.call('HDEL', calls, name, 'news:' .. name)
  end
  return {0, following}
end

local replies = {}
for i = FIRST, #ARGV, 4 do
  replies[#replies + 1] = steps[ARGV[i]](ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]))
end

local events, parts = {}, {}
local function report(sign, id)
  events[#events + 1] = sign .. id
  parts[#parts + 1] = #id + 1 .. ' ' .. sign .. id
end
local unreported = lost > 0 and redis.call('HGET', calls, 'news:' .. node)
if unreported then
  local of, at = string.match(unreported, '^(%d+)\n()')
  while tonumber(of) >= lost and at <= #unreported do
    local length, start = string.match(unreported, '^(%d+) ()', at)
    at = start + tonumber(length)
    report(string.sub(unreported, start, start), string.sub(unreported, start + 1, at - 1))
  end
end

local changes = {}
for _, id in ipairs(order) do
  local after = redis.call('HGET', members, id)
  if not before[id] ~= not after then
    report(after and '+' or '-', id)
  end
  if after ~= before[id] then
    if after then
      changes[#changes + 1] = '+' .. #id .. ' ' .. #after .. '\n' .. id .. after
    else
      changes[#changes + 1] = '-' .. #id .. ' 0\n' .. id
    end
  end
end
if #changes > 0 then
  local count = redis.call('INCR', version)
  redis.call('PEXPIRE', version, DAY)
  redis.call(ARGV[5], ARGV[4], count .. '\n' .. table.concat(changes))
end
if #parts > 0 then
  redis.call('HSET', calls, 'news:' .. node, ARGV[6] .. '\n' .. table.concat(parts))
end
if redis.call('EXISTS', holders) == 1 then
  redis.call('PERSIST', calls) -- it tells which nodes may hold members
else
  redis.call('PEXPIRE', calls, DAY)
end
for _, event in ipairs(events) do
  replies[#replies + 1] = event
end
return replies
