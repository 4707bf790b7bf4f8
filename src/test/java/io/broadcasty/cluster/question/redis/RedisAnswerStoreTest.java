package io.broadcasty.cluster.question.redis;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.cluster.question.AnswerStoreContract;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests answers on a real Redis. */
class RedisAnswerStoreTest extends AnswerStoreContract {

  private final RedisServer server = RedisServer.start();
  private final Redis redis = Redis.open(server.settings());
  private final RedisAnswerStore store = new RedisAnswerStore(redis);

  @AfterEach
  void end() {
    redis.close();
    server.close();
  }

  @Override
  protected AnswerStore store() {
    return store;
  }

  @Test
  void answersThatNobodyDeletesExpire() {
    store.put("q1", "n1", "{}");
    long left = redis.commands().pttl(redis.key("ans:q1"));
    long kept = AnswerStore.KEPT_FOR.toMillis();
    assertTrue(left > kept - 10_000 && left <= kept, "" + left);
  }

  @Test
  void aRedisThatDoesNotAnswerIsReported() {
    server.kill();
    assertThrows(ControlException.class, () -> store.put("q1", "n1", "{}"));
    assertThrows(ControlException.class, () -> store.read("q1"));
    assertThrows(ControlException.class, () -> store.delete("q1"));
  }
}
