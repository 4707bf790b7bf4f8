package io.broadcasty.core.auth.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.auth.TicketStoreContract;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests tickets on a real Redis. */
class RedisTicketStoreTest extends TicketStoreContract {

  private final RedisServer server = RedisServer.start();
  private final Redis redis = Redis.open(server.settings());

  @AfterEach
  void end() {
    redis.close();
    server.close();
  }

  @Override
  protected TicketStore store() {
    return new RedisTicketStore(redis, Tickets.LIFE);
  }

  @Test
  void aTicketExpiresAndNeitherItNorTheTokenIsInRedis() {
    String ticket = new Tickets(store()).issue(ACME, "the token");
    String key = redis.commands().keys(redis.key("tck:*")).iterator().next();
    long left = redis.commands().pttl(key);
    assertTrue(left > Tickets.LIFE.toMillis() - 10_000 && left <= Tickets.LIFE.toMillis());
    assertFalse(key.contains(ticket));
    String content = String.valueOf(redis.commands().get(key));
    assertFalse(content.contains("the token") || content.contains(ticket));
  }

  @Test
  void aTicketThatCannotBeCheckedIsNotAccepted() {
    TicketStore store = store();
    server.kill();
    assertThrows(AuthenticationUnavailableException.class, () -> store.take("a"));
    assertThrows(AuthenticationUnavailableException.class, () -> store.put(ACME, "a", new byte[1]));
  }
}
