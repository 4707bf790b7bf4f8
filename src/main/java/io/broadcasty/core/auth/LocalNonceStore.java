package io.broadcasty.core.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;

/** Remembers the nonces that one node has seen. */
@ThreadSafe
public final class LocalNonceStore implements NonceStore {

  private static final long MAX_NONCES = 1_000_000;

  private final Cache<Use, Boolean> used;

  private record Use(TenantId tenant, String subject, String nonce) {}

  /**
   * @param retention how long a nonce is remembered
   */
  public LocalNonceStore(Duration retention, Ticker ticker) {
    this.used =
        Caffeine.newBuilder()
            .maximumSize(MAX_NONCES)
            .expireAfterWrite(retention)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public boolean tryUse(TenantId tenant, String subject, String nonce) {
    return used.asMap().putIfAbsent(new Use(tenant, subject, nonce), Boolean.TRUE) == null;
  }
}
