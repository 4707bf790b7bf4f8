-- Applies a node's report on one channel's subscribers; returns whether the node has to notify.
--
-- KEYS[1]  for each node "+number time" or "-number time": whether it has subscribers, the number
--          of its latest report, and its time; and in "!" the latest notification: "o node number",
--          or "v node number time" while that node has been notifying since then; nothing afterwards
-- ARGV     the reporting node; the report (o: has subscribers, l: has none, O and L: the same
--          repeated, t: the listener has been notified of the end); the node that it concerns; the
--          report's number; how long a report is valid; how long a node may take to notify; how
--          long an empty channel is remembered, and an occupied one unless reported again; for how
--          long the node that it concerns has been considered dead, otherwise 0; the nodes that run,
--          whose reports are valid for as long as an occupied channel is kept, or * for any
-- Times are milliseconds of Redis' own clock.
-- Returns 0 to notify of nothing, 1 that the channel is occupied, 2 that it is vacated, 3 to report
-- again, 4 when nothing is changed because the node considered dead has reported since.
local key, by, kind, node, number = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local counts, tells, empty, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8]
local gone = tonumber(ARGV[9])
local running = {}
for name in string.gmatch(ARGV[10], '%S+') do
  running[name] = true
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local stamp = string.format('%.0f', now)

local told, teller, tellsNumber, since = nil, '', -1, 0
local text = redis.call('HGET', key, '!')
if text then
  local t, n, c, s = string.match(text, '^(%a) (%S*) (%d+) ?(%d*)$')
  if t then
    told, teller, tellsNumber, since = t, n, tonumber(c), tonumber(s) or 0
  end
end
local isOfThis = teller == by and tellsNumber == number

local function isOccupied()
  local all = redis.call('HGETALL', key)
  local occupied = false
  for i = 1, #all, 2 do
    local sign, last, at = string.match(all[i + 1], '^([+-])(%d+) (%d+)$')
    local runs = running[all[i]] or running['*']
    local lapsed = at and now - tonumber(at) >= (runs and tonumber(kept) or counts)
    if sign == '+' and lapsed then
      redis.call('HSET', key, all[i], '-' .. last .. ' ' .. stamp)
    elseif lapsed then
      redis.call('HDEL', key, all[i])
    elseif sign == '+' then
      occupied = true
    end
  end
  return occupied
end

if kind == 't' then
  if told == 'v' and isOfThis then
    redis.call('HDEL', key, '!')
    if not isOccupied() then
      redis.call('PEXPIRE', key, empty)
    end
  end
  return 0
end

local sign, last, said
local before = redis.call('HGET', key, node)
if before then
  sign, last, said = string.match(before, '^([+-])(%d+) (%d+)$')
  if by == node and number < (tonumber(last) or 0) then
    return 0 -- the notification was given up, and this is late
  end
end

local function say(what, which)
  redis.call('HSET', key, node, what .. which .. ' ' .. stamp)
  redis.call('PEXPIRE', key, kept)
end

if kind == 'o' or kind == 'O' then
  say('+', ARGV[4])
  if told == 'o' then
    return isOfThis and 1 or 0
  end
  if told == 'v' and now - since < tells then
    return 3
  end
  if kind == 'O' and not before and not told then
    redis.call('HSET', key, '!', 'o  0') -- it is lost, after listeners were notified
    return 0
  end
  redis.call('HSET', key, '!', 'o ' .. by .. ' ' .. ARGV[4])
  return 1
end

if by == node then
  if kind == 'l' and not before and not told then
    told = 'o' -- it is lost, since the node had occupied it
  end
  say('-', ARGV[4])
elseif sign == '+' then
  if now - tonumber(said) < gone then
    return 4
  end
  say('-', last)
end
if told ~= 'o' then
  return told == 'v' and isOfThis and 2 or 0
end
if isOccupied() then
  redis.call('HSETNX', key, '!', 'o  0')
  return 0
end
if kind == 'L' and sign ~= '-' then
  redis.call('HDEL', key, '!') -- the report of leaving was lost, and with it the notification
  redis.call('PEXPIRE', key, empty)
  return 0
end
redis.call('HSET', key, '!', 'v ' .. by .. ' ' .. ARGV[4] .. ' ' .. stamp)
return 2
