-- Releases the claim of a channel if the owner still has it.
--
-- KEYS[1]  the checkpoints of the channel; KEYS[2] its claim
-- ARGV     the owner
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
end
return 1
