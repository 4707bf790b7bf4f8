package io.broadcasty.transport.edge;

import org.jspecify.annotations.Nullable;

/**
 * Specifies who may read {@code /broadcasty/metrics} besides administrators.
 *
 * @param open whether anybody may
 * @param token a secret that gives a scraper access; null for none
 */
public record MetricsAccess(boolean open, @Nullable String token) {

  /** Returns a description without the secret. */
  @Override
  public String toString() {
    return "MetricsAccess[open=" + open + ", token=" + (token == null ? "none" : "…") + "]";
  }
}
