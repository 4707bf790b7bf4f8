package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Holds the keys of an issuer, and fetches them again: every few minutes by {@link #refreshIfDue},
 * and at once for a token whose key is not known yet, so that keys rotate without a refused token.
 *
 * <p>One thread fetches at a time, and the others that need the same keys wait for it. While the
 * issuer cannot be reached, the known keys stay in use, and nobody waits but the one thread that
 * tries again, so that an issuer that does not answer cannot occupy the threads of the server.
 * Fetches for unknown keys are limited, since anybody can make up a key id.
 */
@ThreadSafe
public final class RemoteKeys implements JWKSource<SecurityContext> {

  /** The time between two fetches while nothing happens. */
  static final Duration REFRESH = Duration.ofMinutes(5);

  /** The time between two attempts while the issuer cannot be reached. */
  public static final Duration RETRY = Duration.ofSeconds(10);

  /** How many unknown keys may cause a fetch at once. */
  static final int BURST = 5;

  /** The time after which one more unknown key may cause a fetch. */
  static final Duration PACE = Duration.ofSeconds(5);

  /** How many threads may wait for a fetch of another. */
  static final int MAX_WAITING = 64;

  private static final System.Logger LOG = System.getLogger(RemoteKeys.class.getName());

  private final RemoteKeySet issuer;
  private final Ticker ticker;
  private final FailureLog failures;

  @SuppressWarnings("ThreadSafe") // immutable
  private volatile @Nullable JWKSet keys;

  /** Why the latest fetch failed; empty when it succeeded. */
  private volatile String problem = "";

  @GuardedBy("this")
  private @Nullable CompletableFuture<JWKSet> running;

  @GuardedBy("this")
  private int waiting;

  /** The time from which on the burst of unknown keys is whole again. */
  @GuardedBy("this")
  private long wholeNanos;

  /** When to fetch again without being asked. */
  @GuardedBy("this")
  private long dueNanos;

  RemoteKeys(RemoteKeySet issuer, Ticker ticker) {
    this.issuer = issuer;
    this.ticker = ticker;
    this.failures = new FailureLog(LOG, Level.WARNING, "Fetching the keys of " + issuer, ticker);
    this.wholeNanos = ticker.readNanos();
    this.dueNanos = ticker.readNanos();
  }

  /**
   * Returns the keys that match; fetches them when no known one does.
   *
   * @throws RateLimitReachedException when they were fetched a moment ago
   * @throws KeySourceException when they cannot be fetched, so that nothing can be said
   */
  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    JWKSet known = keys;
    if (known != null) {
      List<JWK> found = selector.select(known);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return selector.select(newerThan(known));
  }

  /** Fetches the keys if it is time to; may block for some seconds. */
  void refreshIfDue() {
    CompletableFuture<JWKSet> mine = new CompletableFuture<>();
    synchronized (this) {
      if (running != null || ticker.readNanos() - dueNanos < 0) {
        return;
      }
      running = mine;
    }
    try {
      var unused = fetch(mine);
    } catch (KeySourceException e) {
      LOG.log(Level.TRACE, "Logged by the fetch", e);
    }
  }

  KeyCondition condition() {
    JWKSet known = keys;
    return new KeyCondition(known == null ? 0 : known.size(), problem);
  }

  @SuppressWarnings("ReferenceEquality") // another set, however equal, is newer
  private JWKSet newerThan(@Nullable JWKSet known) throws KeySourceException {
    CompletableFuture<JWKSet> others;
    CompletableFuture<JWKSet> mine = new CompletableFuture<>();
    synchronized (this) {
      JWKSet now = keys;
      if (now != null && now != known) {
        return now;
      }
      others = running;
      if (others == null) {
        requireTurn();
        running = mine;
      } else if (!problem.isEmpty() || waiting >= MAX_WAITING) {
        throw new KeySourceException("The keys of " + issuer + " are being fetched");
      } else {
        waiting++;
      }
    }
    return others == null ? fetch(mine) : await(others);
  }

  /** Counts a fetch for an unknown key. */
  @GuardedBy("this")
  private void requireTurn() throws KeySourceException {
    long now = ticker.readNanos();
    long whole = Math.max(0, wholeNanos - now) + PACE.toNanos();
    if (whole > BURST * PACE.toNanos()) {
      if (!problem.isEmpty()) {
        throw new KeySourceException("The keys of " + issuer + " cannot be fetched: " + problem);
      }
      throw new RateLimitReachedException();
    }
    wholeNanos = now + whole;
  }

  private JWKSet await(CompletableFuture<JWKSet> others) throws KeySourceException {
    try {
      return others.get();
    } catch (ExecutionException e) {
      throw new KeySourceException("The keys of " + issuer + " cannot be fetched", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeySourceException("Interrupted while waiting for the keys of " + issuer, e);
    } finally {
      synchronized (this) {
        waiting--;
      }
    }
  }

  private JWKSet fetch(CompletableFuture<JWKSet> mine) throws KeySourceException {
    Throwable failure = new IllegalStateException("The fetch has ended early");
    try {
      JWKSet fetched = fetchTwice();
      keys = fetched;
      problem = "";
      failures.recordSuccess();
      mine.complete(fetched);
      return fetched;
    } catch (KeySourceException | RuntimeException e) {
      failure = e;
      problem = reason(e);
      failures.recordFailure(e);
      throw e;
    } finally {
      synchronized (this) {
        running = null;
        Duration pause = problem.isEmpty() ? REFRESH : RETRY;
        dueNanos = ticker.readNanos() + pause.toNanos();
      }
      mine.completeExceptionally(failure); // unless it is complete
    }
  }

  /** Tries again once, as a connection may have broken, unless nothing is known to have failed. */
  private JWKSet fetchTwice() throws KeySourceException {
    try {
      return issuer.fetch();
    } catch (JWKSetRetrievalException e) {
      if (!problem.isEmpty()) {
        throw e; // it failed before
      }
      LOG.log(Level.DEBUG, "Fetching the keys again", e);
      return issuer.fetch();
    }
  }

  /** Returns the messages of a failure, which contain neither tokens nor what was answered. */
  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    String text = String.valueOf(failure.getMessage());
    return cause == null || cause.getMessage() == null ? text : text + ": " + cause.getMessage();
  }
}
