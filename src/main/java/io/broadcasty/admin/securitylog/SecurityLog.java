package io.broadcasty.admin.securitylog;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes security events as lines of the logger {@link #LOGGER}, and the refusals among them to the
 * audit log, as far as {@link EventSampler} admits them.
 */
@ThreadSafe
public final class SecurityLog implements AutoCloseable {

  /** The name of the logger, for the configuration of the server's log. */
  public static final String LOGGER = "io.broadcasty.security";

  private static final System.Logger LINES = System.getLogger(LOGGER);
  private static final System.Logger LOG = System.getLogger(SecurityLog.class.getName());

  /** How many entries may wait for the audit log; more are left out of it. */
  static final int MAX_WAITING = 100;

  private static final int MAX_ADDRESS = 45;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

  private final EventSampler sampler;
  private final EventLines lines;
  private final AuditLog audit;
  private final Executor later;
  private final WallClock clock;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Map<SecurityEventType, LongAdder> written = counters();
  private final Map<SecurityEventType, LongAdder> leftOut = counters();

  /**
   * Creates a log without events.
   *
   * @param node names this node until it restarts
   * @param later runs tasks that may block and are not urgent
   */
  public SecurityLog(
      SecurityLogSettings settings,
      String node,
      AuditLog audit,
      Executor later,
      Ticker ticker,
      WallClock clock) {
    this.sampler = new EventSampler(settings, ticker);
    this.lines = new EventLines(node);
    this.audit = audit;
    this.later = later;
    this.clock = clock;
  }

  private static Map<SecurityEventType, LongAdder> counters() {
    Map<SecurityEventType, LongAdder> counters = new EnumMap<>(SecurityEventType.class);
    for (SecurityEventType type : SecurityEventType.values()) {
      counters.put(type, new LongAdder());
    }
    return counters;
  }

  private static LongAdder of(Map<SecurityEventType, LongAdder> counters, SecurityEventType type) {
    LongAdder counter = counters.get(type);
    if (counter == null) {
      throw new IllegalStateException("no counter of " + type);
    }
    return counter;
  }

  /** Returns how many events of a type have been written one by one. */
  public long written(SecurityEventType type) {
    return of(written, type).sum();
  }

  /** Returns how many events of a type have only been counted. */
  public long leftOut(SecurityEventType type) {
    return of(leftOut, type).sum();
  }

  /** Records an event; does not block on the audit log. */
  void record(SecurityEvent event) {
    if (!sampler.admit(event.key(), event.address())) {
      of(leftOut, event.type()).increment();
      return;
    }
    of(written, event.type()).increment();
    long now = clock.nowMillis();
    LINES.log(event.key().level(), lines.line(event, RequestId.current(), now));
    if (event.isAudited()) {
      append(event, now);
    }
  }

  private void append(SecurityEvent event, long nowMillis) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return;
    }
    AuditEvent entry =
        new AuditEvent(
            event.tenant(),
            "security." + event.type().wireName(),
            AuditOutcome.REFUSED,
            event.tenant(),
            printable(event.user(), EventLines.MAX_VALUE),
            printable(event.address(), MAX_ADDRESS),
            null,
            lines.context(event),
            nowMillis);
    try {
      later.execute(
          () -> {
            try {
              audit.append(entry);
            } finally {
              waiting.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException e) {
      waiting.decrementAndGet();
      LOG.log(Level.DEBUG, "The node stops; an event is only in the server's log", e);
    }
  }

  /** Returns a text that fits its column; a control character would make some databases fail. */
  private static @Nullable String printable(@Nullable String text, int maxLength) {
    return text == null ? null : CONTROL.matcher(EventLines.cut(text, maxLength)).replaceAll("?");
  }

  /** Writes how many events the minutes that are over have left out; called every few seconds. */
  public void summarize() {
    sampler.endElapsed().forEach(this::summarize);
  }

  /** Writes how many events have been left out so far. */
  @Override
  public void close() {
    sampler.endAll().forEach(this::summarize);
  }

  private void summarize(EventSampler.LeftOut count) {
    LINES.log(count.key().level(), lines.line(count, clock.nowMillis()));
  }
}
