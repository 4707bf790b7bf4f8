-- Stores the answer of a node to a question.
--
-- KEYS[1]  the answers to the question: a hash by node
-- ARGV     the node, its answer, how long the answers are kept in milliseconds
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
