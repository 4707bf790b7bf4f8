package io.broadcasty.infra.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Tests how Redis' errors are classified. */
class RedisFaultTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FULL | OOM command not allowed when used memory > 'maxmemory'.",
        "FULL | ERR Error running script (call to f_1): @user_script:40: -OOM command not allowed",
        "UNSAVED | MISCONF Redis is configured to save RDB snapshots, but it's unable to persist",
        "UNSAVED | MISCONF Errors writing to the AOF file: No space left on device",
        "REPLICA | READONLY You can't write against a read only replica.",
        "TOO_FEW_REPLICAS | NOREPLICAS Not enough good replicas to write.",
        "LOADING | LOADING Redis is loading the dataset in memory",
        "LOGIN | NOAUTH Authentication required.",
        "LOGIN | WRONGPASS invalid username-password pair or user is disabled.",
        "RIGHTS | NOPERM this user has no permissions to run the 'evalsha' command",
        "PARTED | MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTER_DOWN | CLUSTERDOWN The cluster is down",
        "BUSY | BUSY Redis is busy running a script. You can only call SCRIPT KILL"
      })
  void isIdentifiedByThePrefixOfTheError(RedisFault fault, String message) {
    assertEquals(fault, RedisFault.of(new JedisDataException(message)));
    assertEquals(
        fault, RedisFault.of(new JedisConnectionException("no", new JedisDataException(message))));
  }

  @Test
  void isUnreachableWithoutAnAnswer() {
    assertEquals(
        RedisFault.UNREACHABLE, RedisFault.of(new JedisConnectionException("Read timed out")));
    assertEquals(
        RedisFault.UNREACHABLE,
        RedisFault.of(new JedisException("no resource", new JedisConnectionException("refused"))));
  }

  @Test
  void otherErrorsAreTheCallersOwn() {
    assertNull(RedisFault.of(new JedisDataException("ERR unknown command")));
    assertNull(RedisFault.of(new JedisException("Could not get a resource from the pool")));
  }
}
