package io.broadcasty.broker.redis;

import static io.broadcasty.broker.redis.ChannelKeys.bytes;

import io.broadcasty.broker.Epochs;
import io.broadcasty.tenant.Retention;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The arguments that every script about a channel begins with. */
final class ScriptHead {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);

  private final WallClock clock;
  private final byte[] idleMillis;
  private final byte[] ageMillis;
  private final byte[] maxCount;
  private final byte[] maxBytes;
  private final long idle;

  ScriptHead(Retention retention, WallClock clock) {
    this.clock = clock;
    this.idle = Math.max(IDLE_BEFORE_EVICTION.toMillis(), retention.age().toMillis());
    this.idleMillis = bytes(idle);
    this.ageMillis = bytes(retention.age().toMillis());
    this.maxCount = bytes(retention.maxCount());
    this.maxBytes = bytes(retention.maxBytes());
  }

  /** For a call now. */
  List<byte[]> arguments() {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(clock.nowMillis()));
    arguments.add(idleMillis);
    arguments.add(bytes(Epochs.next()));
    arguments.add(ageMillis);
    arguments.add(maxCount);
    arguments.add(maxBytes);
    return arguments;
  }

  /** A channel last used before is forgotten. */
  long forgottenBeforeMillis() {
    return clock.nowMillis() - idle;
  }
}
