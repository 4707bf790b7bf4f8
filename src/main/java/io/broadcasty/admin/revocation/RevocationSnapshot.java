package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The revocations in memory, so that no request waits for the database. One that is announced takes
 * effect at once, before it is read. Their number is bounded by {@link RevocationAdministration}.
 */
@ThreadSafe
public final class RevocationSnapshot {

  private static final System.Logger LOG = System.getLogger(RevocationSnapshot.class.getName());

  private final WallClock clock;
  private final ConcurrentHashMap<RevocationTarget, Revocation> revocations =
      new ConcurrentHashMap<>();

  /** What was announced while the store is being read, which may not have it yet; null else. */
  @GuardedBy("this")
  private @Nullable Map<RevocationTarget, Revocation> announced;

  /** Held while the store is being read, by one thread at a time. */
  private final Object reading = new Object();

  private volatile RevocationSource source = RevocationSource.NONE;

  /** Creates a snapshot without revocations. */
  public RevocationSnapshot(WallClock clock) {
    this.clock = clock;
  }

  /** Has revocations be read from a source from now on. */
  public void readFrom(RevocationSource stored) {
    source = stored;
  }

  /** Returns where revocations are read from. */
  public RevocationSource source() {
    return source;
  }

  /** Returns whether a caller's token is revoked; never for one with an API key. */
  public boolean isRevoked(Caller caller) {
    if (revocations.isEmpty() || caller.keyId() != null) {
      return false;
    }
    return isRevoked(RevocationTarget.token(caller.tenant(), caller.tokenId()), caller)
        || isRevoked(RevocationTarget.user(caller.tenant(), caller.subject()), caller)
        || isSignInRevoked(caller)
        || isRevoked(RevocationTarget.tenant(caller.tenant()), caller);
  }

  private boolean isSignInRevoked(Caller caller) {
    String signIn = caller.signIn();
    return signIn != null && isRevoked(RevocationTarget.signIn(caller.tenant(), signIn), caller);
  }

  private boolean isRevoked(RevocationTarget target, Caller caller) {
    Revocation found = revocations.get(target);
    return found != null && found.concerns(caller, clock.nowMillis());
  }

  /** Applies a revocation that was announced. */
  public synchronized void add(Revocation revocation) {
    if (announced != null) {
      announced.merge(revocation.target(), revocation, Revocation::with);
    }
    revocations.merge(revocation.target(), revocation, Revocation::with);
  }

  /**
   * Reads a revocation again that was lifted, and may have been made again since.
   *
   * @return false when the source failed, so that the revocation stays in force
   */
  public boolean refresh(RevocationTarget target) {
    synchronized (reading) {
      beginReading();
      try {
        apply(target, source.load(target.id()));
        return true;
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "A lifted revocation cannot be read; it stays in force for now", e);
        return false;
      } finally {
        endReading();
      }
    }
  }

  /**
   * Reads all revocations again.
   *
   * @return the targets of those that are new or have changed; null when the source failed, so that
   *     the known ones stay in force
   */
  public @Nullable List<RevocationTarget> refreshAll() {
    synchronized (reading) {
      beginReading();
      try {
        return apply(source.loadAll(clock.nowMillis()));
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "The revocations cannot be read; the known ones stay in force", e);
        return null;
      } finally {
        endReading();
      }
    }
  }

  private synchronized void beginReading() {
    announced = new HashMap<>();
  }

  private synchronized void endReading() {
    announced = null;
  }

  private synchronized void apply(RevocationTarget target, @Nullable Revocation loaded) {
    Revocation meanwhile = announced == null ? null : announced.get(target);
    Revocation now = loaded == null || meanwhile == null ? loaded : loaded.with(meanwhile);
    if (now != null || meanwhile != null) {
      revocations.put(target, now == null ? meanwhile : now);
    } else {
      revocations.remove(target);
    }
  }

  private synchronized List<RevocationTarget> apply(List<Revocation> all) {
    Map<RevocationTarget, Revocation> now = new HashMap<>();
    all.forEach(each -> now.put(each.target(), each));
    if (announced != null) {
      announced.forEach((target, each) -> now.merge(target, each, Revocation::with));
    }
    List<RevocationTarget> changed = new ArrayList<>();
    now.forEach(
        (target, each) -> {
          if (!each.equals(revocations.put(target, each))) {
            changed.add(target);
          }
        });
    revocations.keySet().retainAll(now.keySet());
    return changed;
  }

  /** Returns how many revocations are held. */
  public int size() {
    return revocations.size();
  }
}
