package io.broadcasty.transport.edge;

import org.jspecify.annotations.Nullable;

/**
 * Specifies who may read {@code /broadcasty/metrics} besides administrators.
 *
 * @param served whether the address exists
 * @param open whether anybody may
 * @param token a secret that gives a scraper access; null for none
 */
public record MetricsAccess(boolean served, boolean open, @Nullable String token) {

  /** Returns a description without the secret. */
  @Override
  public String toString() {
    return "MetricsAccess[served="
        + served
        + ", open="
        + open
        + ", token="
        + (token == null ? "none" : "…")
        + "]";
  }
}
