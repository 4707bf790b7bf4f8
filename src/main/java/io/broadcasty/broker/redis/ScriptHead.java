package io.broadcasty.broker.redis;

import static io.broadcasty.broker.redis.ChannelKeys.bytes;

import io.broadcasty.broker.Epochs;
import io.broadcasty.tenant.Retention;
import io.broadcasty.tenant.RetentionLookup;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The arguments that every script about a channel begins with. */
final class ScriptHead {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);

  private final WallClock clock;
  private final RetentionLookup retention;

  ScriptHead(RetentionLookup retention, WallClock clock) {
    this.clock = clock;
    this.retention = retention;
  }

  /** For a call now about a channel of this tenant. */
  List<byte[]> arguments(TenantId tenant) {
    Retention kept = retention.of(tenant);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(clock.nowMillis()));
    arguments.add(bytes(idleMillis(kept.age())));
    arguments.add(bytes(Epochs.next()));
    arguments.add(bytes(kept.age().toMillis()));
    arguments.add(bytes(kept.maxCount()));
    arguments.add(bytes(kept.maxBytes()));
    return arguments;
  }

  /** A channel last used before is forgotten, whoever its tenant is. */
  long forgottenBeforeMillis() {
    return clock.nowMillis() - idleMillis(retention.longestAge());
  }

  private static long idleMillis(Duration age) {
    return Math.max(IDLE_BEFORE_EVICTION.toMillis(), age.toMillis());
  }
}
