package io.broadcasty.core.auth.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.NonceStoreContract;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests nonces on a real Redis. */
class RedisNonceStoreTest extends NonceStoreContract {

  private static final Duration KEPT = Duration.ofMinutes(2);

  private final RedisServer server = RedisServer.start();
  private final Redis redis = Redis.open(server.settings());
  private final RedisNonceStore store = new RedisNonceStore(redis, KEPT);

  @AfterEach
  void end() {
    redis.close();
    server.close();
  }

  @Override
  protected NonceStore store() {
    return store;
  }

  @Test
  void otherNodesKnowTheNonceToo() {
    try (Redis others = Redis.open(redis.settings())) {
      assertTrue(store.tryUse(ACME, "ann", "12345678"));
      assertFalse(new RedisNonceStore(others, KEPT).tryUse(ACME, "ann", "12345678"));
    }
  }

  @Test
  void aNonceIsRememberedForTheConfiguredTime() {
    store.tryUse(ACME, "ann", "12345678");
    String key = redis.commands().keys(redis.key("non:*")).iterator().next();
    long left = redis.commands().pttl(key);
    assertTrue(left > KEPT.toMillis() - 10_000 && left <= KEPT.toMillis(), "" + left);
  }

  @Test
  void aNonceThatCannotBeCheckedIsNotAccepted() {
    server.kill();
    assertThrows(
        AuthenticationUnavailableException.class, () -> store.tryUse(ACME, "ann", "12345678"));
  }
}
