package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stored revocations for the data plane. Every method may block, and throws {@link
 * RevocationStoreException} when the store does not answer; trying again is right.
 */
@ThreadSafe
public interface RevocationSource {

  /** Has no revocations. */
  RevocationSource NONE =
      new RevocationSource() {
        @Override
        public @Nullable Revocation load(String id) {
          return null;
        }

        @Override
        public List<Revocation> loadAll(long nowMillis) {
          return List.of();
        }

        @Override
        public int prune(long beforeMillis) {
          return 0;
        }
      };

  /** Returns a revocation, perhaps one that has expired; null when there is none of this id. */
  @Nullable Revocation load(String id);

  /** Returns all revocations that have not expired at a time. */
  List<Revocation> loadAll(long nowMillis);

  /** Deletes revocations that have expired before a time; returns how many. */
  int prune(long beforeMillis);
}
