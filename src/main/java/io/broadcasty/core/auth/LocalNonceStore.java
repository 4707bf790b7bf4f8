package io.broadcasty.core.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the nonces that one node has seen. They count in bytes for their tenant, and new ones
 * are refused when there is no memory: forgetting old ones early would allow a replay.
 */
@ThreadSafe
public final class LocalNonceStore implements NonceStore {

  /** The objects of an entry, without their texts. */
  private static final long ENTRY_BYTES = 150;

  private final Cache<Use, Boolean> used;
  private final MemoryBudget memory;

  private record Use(TenantId tenant, String subject, String nonce) {

    long costBytes() {
      return ENTRY_BYTES + HeapSize.ofText(subject) + HeapSize.ofText(nonce);
    }
  }

  /**
   * @param retention how long a nonce is remembered
   * @param memory counts the nonces that are remembered
   */
  public LocalNonceStore(Duration retention, MemoryBudget memory, Ticker ticker) {
    this.memory = memory;
    this.used =
        Caffeine.newBuilder()
            .expireAfterWrite(retention)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .<Use, Boolean>evictionListener((use, value, cause) -> release(use))
            .build();
  }

  @Override
  public boolean tryUse(TenantId tenant, String subject, String nonce) {
    Use use = new Use(tenant, subject, nonce);
    if (used.getIfPresent(use) != null) {
      return false;
    }
    if (!reserve(use)) {
      throw new AuthenticationUnavailableException(
          "Cannot remember a nonce", new IllegalStateException("The memory for ids is used up"));
    }
    boolean first = used.asMap().putIfAbsent(use, Boolean.TRUE) == null;
    if (!first) {
      memory.release(tenant, use.costBytes());
    }
    return first;
  }

  private boolean reserve(Use use) {
    if (memory.tryReserveUncounted(use.tenant(), use.costBytes()) == Grant.GRANTED) {
      return true;
    }
    used.cleanUp(); // nonces that have expired are released at the latest now
    return memory.tryReserve(use.tenant(), use.costBytes()) == Grant.GRANTED;
  }

  private void release(@Nullable Use use) {
    if (use != null) {
      memory.release(use.tenant(), use.costBytes());
    }
  }
}
