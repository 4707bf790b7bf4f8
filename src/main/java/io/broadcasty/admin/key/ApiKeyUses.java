package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Collects when keys were used, and stores it now and then; at most one entry for each key. */
@ThreadSafe
public final class ApiKeyUses {

  private final ConcurrentHashMap<String, Long> pending = new ConcurrentHashMap<>();

  /** Notes a use. */
  void record(String keyId, long nowMillis) {
    pending.merge(keyId, nowMillis, Math::max);
  }

  /** Stores the uses since the last time; keeps them when the source fails. */
  public void flush(ApiKeySource source) {
    Map<String, Long> batch = new HashMap<>(pending);
    if (batch.isEmpty()) {
      return;
    }
    source.storeUses(batch);
    batch.forEach(pending::remove);
  }
}
