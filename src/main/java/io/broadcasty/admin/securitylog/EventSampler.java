package io.broadcasty.admin.securitylog;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which events are written one by one, so that nobody can fill the log or hide others in
 * it. In a minute the first events of each type, cause and tenant are written; the others are
 * counted, and the count is written when the minute is over.
 *
 * <p>One address gets at most half of the lines, so that the others are seen beside it. The lines
 * of all together are limited too.
 */
@ThreadSafe
final class EventSampler {

  static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

  /** How many windows may be open; tenants beyond it share the window of the unknown tenant. */
  static final int MAX_WINDOWS = 2000;

  /** The faults of tokens that belong to normal operation. */
  private static final Set<String> EXPECTED_FAULTS =
      Set.of(TokenFault.MISSING.wireName(), TokenFault.EXPIRED.wireName());

  private final int linesPerWindow;
  private final int linesPerAddress;
  private final int maxLines;
  private final Ticker ticker;

  @GuardedBy("this")
  private final Map<Key, Window> windows = new HashMap<>();

  /** The counts of windows that ended before somebody asked. */
  @GuardedBy("this")
  private final List<LeftOut> ended = new ArrayList<>();

  /** When the current minute of {@link #lines} began. */
  @GuardedBy("this")
  private long startedNanos;

  @GuardedBy("this")
  private int lines;

  /**
   * What events are sampled by.
   *
   * @param cause one of a few names
   * @param tenant null when it is unknown
   */
  record Key(SecurityEventType type, String cause, @Nullable TenantId tenant) {

    /** Returns whether well-behaved clients cause such events too. */
    boolean isExpected() {
      return type == SecurityEventType.TOKEN_REFUSED && EXPECTED_FAULTS.contains(cause);
    }

    /** Returns the level of lines about such events. */
    Level level() {
      return isExpected() ? Level.INFO : type.level();
    }
  }

  /**
   * The events of one minute that were not written one by one.
   *
   * @param address the client's address when all of them came from one; otherwise null
   */
  record LeftOut(Key key, long count, @Nullable String address) {}

  private static final class Window {
    private final long startedNanos;
    private final Map<String, Integer> linesByAddress = new HashMap<>();
    private int lines;
    private long leftOut;
    private @Nullable String address;

    Window(long startedNanos) {
      this.startedNanos = startedNanos;
    }

    void leaveOut(@Nullable String from) {
      address = leftOut == 0 || Objects.equals(address, from) ? from : null;
      leftOut++;
    }
  }

  EventSampler(SecurityLogSettings settings, Ticker ticker) {
    this.linesPerWindow = settings.linesPerMinute();
    this.linesPerAddress = (settings.linesPerMinute() + 1) / 2;
    this.maxLines = settings.maxLinesPerMinute();
    this.ticker = ticker;
    this.startedNanos = ticker.readNanos();
  }

  /**
   * Returns whether an event is written; counts it otherwise.
   *
   * @param address the client's; null when it is unknown
   */
  synchronized boolean admit(Key key, @Nullable String address) {
    long now = ticker.readNanos();
    if (now - startedNanos >= WINDOW_NANOS) {
      startedNanos = now;
      lines = 0;
    }
    Window window = window(key, now);
    int ofAddress = address == null ? 0 : window.linesByAddress.getOrDefault(address, 0);
    if (window.lines >= linesPerWindow || ofAddress >= linesPerAddress || lines >= maxLines) {
      window.leaveOut(address);
      return false;
    }
    if (address != null) {
      window.linesByAddress.put(address, ofAddress + 1);
    }
    window.lines++;
    lines++;
    return true;
  }

  /** Ends the windows whose minute is over and returns what was left out, in any order. */
  synchronized List<LeftOut> endElapsed() {
    long now = ticker.readNanos();
    for (Iterator<Map.Entry<Key, Window>> each = windows.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Key, Window> open = each.next();
      if (now - open.getValue().startedNanos >= WINDOW_NANOS) {
        each.remove();
        end(open.getKey(), open.getValue());
      }
    }
    return takeEnded();
  }

  /** Ends all windows and returns what was left out. */
  synchronized List<LeftOut> endAll() {
    windows.forEach(this::end);
    windows.clear();
    return takeEnded();
  }

  @GuardedBy("this")
  private Window window(Key wanted, long now) {
    Key key = wanted;
    Window window = windows.get(key);
    if (window == null && windows.size() >= MAX_WINDOWS && wanted.tenant() != null) {
      key = new Key(wanted.type(), wanted.cause(), null);
      window = windows.get(key);
    }
    if (window != null && now - window.startedNanos >= WINDOW_NANOS) {
      end(key, window);
      window = null;
    }
    if (window == null) {
      window = new Window(now);
      windows.put(key, window);
    }
    return window;
  }

  @GuardedBy("this")
  private void end(Key key, Window window) {
    if (window.leftOut > 0) {
      ended.add(new LeftOut(key, window.leftOut, window.address));
    }
  }

  @GuardedBy("this")
  private List<LeftOut> takeEnded() {
    List<LeftOut> taken = List.copyOf(ended);
    ended.clear();
    return taken;
  }
}
