package io.broadcasty.auth.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.auth.AuthenticationUnavailableException;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.auth.NonceStoreContract;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisServer;
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
  void theOtherNodesKnowItToo() {
    try (Redis others = Redis.open(redis.settings())) {
      assertTrue(store.isFirstUse(ACME, "ann", "12345678"));
      assertFalse(new RedisNonceStore(others, KEPT).isFirstUse(ACME, "ann", "12345678"));
    }
  }

  @Test
  void itIsRememberedForAsLongAsWasSaid() {
    store.isFirstUse(ACME, "ann", "12345678");
    String key = redis.commands().keys(redis.key("non:*")).iterator().next();
    long left = redis.commands().pttl(key);
    assertTrue(left > KEPT.toMillis() - 10_000 && left <= KEPT.toMillis(), "" + left);
  }

  @Test
  void whatCannotBeCheckedIsNotLetThrough() {
    server.kill();
    assertThrows(
        AuthenticationUnavailableException.class, () -> store.isFirstUse(ACME, "ann", "12345678"));
  }
}
