package io.broadcasty.transport.edge;

import org.jspecify.annotations.Nullable;

/**
 * Who may read {@code /broadcasty/metrics} besides administrators.
 *
 * @param open whether everybody may
 * @param token a secret with which a scraper may; null for none
 */
public record MetricsAccess(boolean open, @Nullable String token) {

  /** Without the secret. */
  @Override
  public String toString() {
    return "MetricsAccess[open=" + open + ", token=" + (token == null ? "none" : "…") + "]";
  }
}
