package io.broadcasty.cluster.question.redis;

import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.cluster.question.AnswerStoreContract;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests answers on a Redis Cluster. */
class RedisClusterAnswerStoreTest extends AnswerStoreContract {

  @SuppressWarnings("NullAway.Init")
  private static RedisCluster cluster;

  @SuppressWarnings("NullAway.Init")
  private static Redis redis;

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start(false);
    redis = Redis.open(cluster.settings());
  }

  @AfterAll
  static void end() {
    redis.close();
    cluster.close();
  }

  @Override
  protected AnswerStore store() {
    return new RedisAnswerStore(redis);
  }
}
