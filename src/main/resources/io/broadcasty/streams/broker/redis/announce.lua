-- Announces ephemeral envelopes of one channel; changes nothing.
--
-- KEYS     as above, without streams
-- ARGV     as above, then the announcements' channel, PUBLISH or SPUBLISH, and what the message has
--          before and after the time
-- Returns 1 when the channel has a stream, otherwise 0; and the time.
local epoch = known()
redis.call(ARGV[9], ARGV[8], ARGV[10] .. whole(now) .. ARGV[11])
return {epoch and 1 or 0, whole(now)}
