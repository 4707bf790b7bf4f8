package io.broadcasty.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure as the client receives it.
 *
 * @param detail what was wrong this time and how to correct it; contains no token and no payload
 * @param retryAfter when to try again; null when it is not known
 */
public record Problem(Code code, String detail, @Nullable Duration retryAfter) {

  public static Problem of(Code code, String detail) {
    return new Problem(code, detail, null);
  }

  /** Returns the delay in whole seconds, at least 1; null when it is not known. */
  public @Nullable Long retryAfterSeconds() {
    return retryAfter == null ? null : Math.max(1, (retryAfter.toMillis() + 999) / 1000);
  }
}
