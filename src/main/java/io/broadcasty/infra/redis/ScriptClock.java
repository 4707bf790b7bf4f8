package io.broadcasty.infra.redis;

import com.google.errorprone.annotations.ThreadSafe;
import java.nio.charset.StandardCharsets;

/**
 * What scripts take for the current time: Redis' own clock, so that no node's clock decides what
 * all nodes share.
 */
@ThreadSafe
@FunctionalInterface
public interface ScriptClock {

  /** Returns the argument for a script: the current time in milliseconds, or empty for Redis'. */
  String argument();

  /** Returns Redis' own clock; any other is for tests, which advance it. */
  static ScriptClock ofRedis() {
    return () -> "";
  }

  /** Returns the argument as bytes. */
  default byte[] argumentBytes() {
    return argument().getBytes(StandardCharsets.US_ASCII);
  }
}
