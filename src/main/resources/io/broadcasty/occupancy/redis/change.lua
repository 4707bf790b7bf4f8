-- Changes what is known of one channel's subscribers; says whether that is to be told.
--
-- KEYS[1]  of each node "+number time" or "-number time": whether it has subscribers, the number of
--          what it said last, and when; and in "!" what was told last: "o node number", or
--          "v node number time" while that node is telling since then; nothing once it has
-- ARGV     the node that says it, what (o: has subscribers, l: has none, O and L: the same as said
--          before, t: the end has been told), whom it is about, the number of what is said, for how
--          long what a node said counts, how long a node tells at most, for how long an empty
--          channel is remembered, and one with subscribers unless it is said again; for how long
--          the node that it is about has been taken for dead, else 0
-- Times are milliseconds, of Redis' own clock.
-- Returns 0 nothing is to be told, 1 that it is occupied, 2 that it is vacated, 3 ask again,
-- 4 nothing is changed since the node that is taken for dead has spoken since.
local key, by, kind, node, number = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local counts, tells, empty, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8]
local gone = tonumber(ARGV[9])
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
    local lapsed = at and now - tonumber(at) >= counts
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
    return 0 -- it was given up, and comes too late
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
    redis.call('HSET', key, '!', 'o  0') -- it is lost, and had been told before it was
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
  redis.call('HDEL', key, '!') -- that it had left was lost, and with it that this was told
  redis.call('PEXPIRE', key, empty)
  return 0
end
redis.call('HSET', key, '!', 'v ' .. by .. ' ' .. ARGV[4] .. ' ' .. stamp)
return 2
