package io.broadcasty.transport.body;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies on the thread of their request, for servers whose asynchronous reads are not safe
 * ({@link io.broadcasty.transport.container.EarlyReuse}). Few threads wait at the same time, and a
 * user or a tenant gets only some of these places, so that slow clients neither take the threads of
 * the server nor all places.
 */
@ThreadSafe
final class WaitingReads {

  static final int PLACES = 32;
  static final int PLACES_OF_TENANT = 24;
  static final int PLACES_OF_USER = 16;

  private static final int BUFFER_BYTES = 8 * 1024;

  /** A read on a thread that may wait. */
  private static final class Read {
    private final IncomingBody body;
    private final long begunNanos;

    /** Why its input was ended; null as long as it was not. */
    private volatile @Nullable String late;

    Read(IncomingBody body, long begunNanos) {
      this.body = body;
      this.begunNanos = begunNanos;
    }
  }

  private final Ticker ticker;
  private final Consumer<IncomingBody> endInput;
  private final Set<Read> reads = ConcurrentHashMap.newKeySet();

  /** The places in use by tenant and by user. */
  @GuardedBy("this")
  private final Map<Object, Integer> used = new HashMap<>();

  @GuardedBy("this")
  private int usedByAll;

  /**
   * Creates reads of which none is under way.
   *
   * @param endInput ends the input of a body's connection; must not block
   */
  WaitingReads(Ticker ticker, Consumer<IncomingBody> endInput) {
    this.ticker = ticker;
    this.endInput = endInput;
  }

  /**
   * Reads a body to its end.
   *
   * @return false when there is no place; nothing has been read then
   * @throws ProblemException when it is too long or too slow
   * @throws IOException when the client leaves before its end
   */
  boolean tryRead(IncomingBody body, ServletInputStream in) throws ProblemException, IOException {
    BodyOwner owner = body.requiredOwner();
    if (!acquire(owner)) {
      return false;
    }
    boolean whole = false;
    try {
      readToEnd(body, in);
      whole = true;
      return true;
    } finally {
      release(owner);
      if (!whole) {
        body.release();
      }
    }
  }

  private void readToEnd(IncomingBody body, ServletInputStream in)
      throws ProblemException, IOException {
    Read read = new Read(body, ticker.readNanos());
    reads.add(read);
    try {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        Problem problem = body.add(buffer, count);
        if (problem != null) {
          throw new ProblemException(problem);
        }
        if (read.late != null) {
          throw new IOException("the body is too slow");
        }
      }
      Problem fault = body.fault();
      if (fault != null) {
        throw new ProblemException(fault);
      }
      if (!body.finish()) {
        throw new IOException("the client sent less than it announced");
      }
    } catch (IOException e) {
      String late = read.late;
      if (late != null) {
        throw new ProblemException(ProblemMapper.bodyTimeout(late));
      }
      throw e;
    } finally {
      reads.remove(read);
    }
  }

  /**
   * Ends the input of the bodies that are too slow, which ends the reads that wait for them.
   *
   * @param awakeNanos how long the node has run since it was last paused itself
   */
  void sweep(Duration timeout, long awakeNanos) {
    long now = ticker.readNanos();
    for (Read read : reads) {
      long age = Math.min(now - read.begunNanos, awakeNanos);
      String late = read.late == null ? read.body.lateness(age, timeout) : null;
      if (late != null) {
        read.late = late;
        endInput.accept(read.body);
      }
    }
  }

  private synchronized boolean acquire(BodyOwner owner) {
    BodyOwner.User user = owner.user();
    if (usedByAll >= PLACES
        || used.getOrDefault(owner.tenantKey(), 0) >= PLACES_OF_TENANT
        || used.getOrDefault(user, 0) >= PLACES_OF_USER) {
      return false;
    }
    usedByAll++;
    used.merge(owner.tenantKey(), 1, Integer::sum);
    used.merge(user, 1, Integer::sum);
    return true;
  }

  private synchronized void release(BodyOwner owner) {
    usedByAll--;
    used.computeIfPresent(owner.tenantKey(), (key, count) -> count == 1 ? null : count - 1);
    used.computeIfPresent(owner.user(), (key, count) -> count == 1 ? null : count - 1);
  }
}
