package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.RetentionLookup;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Epochs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The common first arguments of every script about a channel. */
final class ScriptArguments {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);

  private final WallClock clock;
  private final RetentionLookup retention;

  ScriptArguments(RetentionLookup retention, WallClock clock) {
    this.clock = clock;
    this.retention = retention;
  }

  /** Returns the arguments for a call at this moment about a channel of this tenant. */
  List<byte[]> arguments(TenantId tenant) {
    Retention limits = retention.of(tenant);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(clock.nowMillis()));
    arguments.add(bytes(idleMillis(limits.age())));
    arguments.add(bytes(Epochs.next()));
    arguments.add(bytes(limits.age().toMillis()));
    arguments.add(bytes(limits.maxCount()));
    arguments.add(bytes(limits.maxBytes()));
    return arguments;
  }

  /**
   * Returns the time before which a channel must have been last used to be forgotten, for any
   * tenant.
   */
  long forgottenBeforeMillis() {
    return clock.nowMillis() - idleMillis(retention.longestAge());
  }

  private static long idleMillis(Duration age) {
    return Math.max(IDLE_BEFORE_EVICTION.toMillis(), age.toMillis());
  }
}
