-- Appends a control message to the log, announces it, and trims the log.
--
-- KEYS[1]  the log: a stream with an entry "<number>-0" for each message, with the fields i, its
--          id, t, its time in milliseconds of Redis' own clock, and m, its text. The newest entry
--          is kept, whatever its age, since the next number follows from it.
-- KEYS[2]  the pub/sub channel of the announcements
-- ARGV     the message's id, its text, how long messages are kept in milliseconds, their maximum
--          number, PUBLISH or SPUBLISH
-- Returns the number. An announcement has a line each for the number, the id, and the id of the
-- message before, and then the text.
local TRIMMED_AT_ONCE = 10

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local number, before = 1, ''
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  number = tonumber(string.match(last[1], '^%d+')) + 1
  before = last[2][2]
end
local text = string.format('%.0f', number)
redis.call('XADD', KEYS[1], text .. '-0', 'i', ARGV[1], 't', string.format('%.0f', now), 'm', ARGV[2])

local kept = redis.call('XLEN', KEYS[1])
local old = 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', TRIMMED_AT_ONCE)) do
  if tonumber(entry[2][4]) < now - tonumber(ARGV[3]) then
    old = old + 1
  end
end
local length = math.max(1, math.min(kept - old, tonumber(ARGV[4])))
if length < kept then
  redis.call('XTRIM', KEYS[1], 'MAXLEN', length)
end
redis.call(ARGV[5], KEYS[2], text .. '\n' .. ARGV[1] .. '\n' .. before .. '\n' .. ARGV[2])
return number
