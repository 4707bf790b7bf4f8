package io.broadcasty.relay.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.TcpProxy;
import io.broadcasty.TcpProxy.Direction;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.LeaderLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the leader lock on Redis, also behind a line that loses answers. */
@Tag("stores")
class RedisLeaderLockTest {

  private static final Duration ONCE = Duration.ofMinutes(10);

  private final RedisServer server = RedisServer.shared();
  private final TcpProxy proxy = new TcpProxy(server.port());
  private final RedisSettings direct = server.settings();
  private final RedisSettings behindProxy =
      RedisSettings.parse("redis://127.0.0.1:" + proxy.port(), direct.prefix(), 4);
  private final Redis oneRedis = Redis.open(behindProxy);
  private final Redis twoRedis = Redis.open(direct);
  private final LeaderLock one = new RedisLeaderLock(oneRedis, "scan", ONCE);
  private final LeaderLock two = new RedisLeaderLock(twoRedis, "scan", ONCE);
  private final List<String> done = new ArrayList<>();

  @AfterEach
  void close() {
    oneRedis.close();
    twoRedis.close();
    proxy.close();
  }

  @Test
  void oneNodeRunsTheTaskOnce() {
    two.runIfAcquired(() -> done.add("two"));
    one.runIfAcquired(() -> done.add("one"));
    two.runIfAcquired(() -> done.add("two again"));
    assertEquals(List.of("two"), done);
  }

  @Test
  void aLockWhoseAnswerWasLostIsFoundByTheNextRequest() {
    proxy.swallowAll(Direction.TO_CLIENT);
    assertThrows(BrokerException.class, () -> one.runIfAcquired(() -> done.add("unanswered")));
    proxy.restore();
    two.runIfAcquired(() -> done.add("two, too early"));
    one.runIfAcquired(() -> done.add("one"));
    one.runIfAcquired(() -> done.add("one again"));
    assertEquals(List.of("one"), done);
  }

  @Test
  void aRequestThatWasLostItselfLeavesTheLockToOthers() {
    proxy.swallowAll(Direction.TO_SERVER);
    assertThrows(BrokerException.class, () -> one.runIfAcquired(() -> done.add("unsent")));
    proxy.restore();
    two.runIfAcquired(() -> done.add("two"));
    one.runIfAcquired(() -> done.add("one, too late"));
    assertEquals(List.of("two"), done);
  }
}
