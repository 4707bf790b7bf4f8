package io.broadcasty.cluster.question.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisException;

/** Keeps the answers to a question in one hash, by node; Redis expires it. */
@ThreadSafe
public final class RedisAnswerStore implements AnswerStore {

  private static final Script PUT = Script.load(RedisAnswerStore.class, "put.lua");

  private final Redis redis;

  /**
   * @param redis stays open
   */
  public RedisAnswerStore(Redis redis) {
    this.redis = redis;
  }

  @Override
  public void put(String question, String node, String answer) {
    Object unused =
        call(
            () ->
                PUT.run(
                    redis.commands(),
                    List.of(key(question).getBytes(UTF_8)),
                    List.of(
                        node.getBytes(UTF_8),
                        answer.getBytes(UTF_8),
                        Long.toString(KEPT_FOR.toMillis()).getBytes(UTF_8))));
  }

  @Override
  public Map<String, String> read(String question) {
    return call(() -> redis.commands().hgetAll(key(question)));
  }

  @Override
  public void delete(String question) {
    Long unused = call(() -> redis.commands().del(key(question)));
  }

  private String key(String question) {
    return redis.key("ans:" + question);
  }

  private static <T> T call(Supplier<T> command) {
    try {
      return command.get();
    } catch (JedisException e) {
      throw new ControlException("Redis did not answer", e);
    }
  }
}
