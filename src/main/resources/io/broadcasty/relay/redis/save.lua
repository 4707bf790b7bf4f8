-- Saves the checkpoint of a partition and renews the claim.
--
-- KEYS[1]  the checkpoints of the channel; KEYS[2] its claim
-- ARGV     the owner; the lease in milliseconds; the partition; its position; how long the
--          checkpoints are kept, in milliseconds
-- Returns 1, or 0 when the owner has lost the claim.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
