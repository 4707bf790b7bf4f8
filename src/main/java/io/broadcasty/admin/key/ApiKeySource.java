package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stored API keys for the data plane, and stores when they were used. Every method may
 * block, and throws {@link KeyStoreException} when the store does not answer; trying again is
 * right.
 */
@ThreadSafe
public interface ApiKeySource {

  /** Has no keys. */
  ApiKeySource NONE =
      new ApiKeySource() {
        @Override
        public @Nullable ApiKey load(String id) {
          return null;
        }

        @Override
        public List<ApiKey> loadAll() {
          return List.of();
        }

        @Override
        public void storeUses(Map<String, Long> lastUsedMillis) {}

        @Override
        public int prune(long beforeMillis) {
          return 0;
        }
      };

  /** Returns a key that is neither revoked nor expired; null for none. */
  @Nullable ApiKey load(String id);

  /** Returns all keys that are neither revoked nor expired. */
  List<ApiKey> loadAll();

  /** Stores when keys were last used, unless a later use is stored already. */
  void storeUses(Map<String, Long> lastUsedMillis);

  /** Deletes keys that were revoked or have expired before a time; returns how many. */
  int prune(long beforeMillis);
}
