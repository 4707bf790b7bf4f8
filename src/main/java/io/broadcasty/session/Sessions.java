package io.broadcasty.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.background.FailureLog;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.control.ControlMessage;
import io.broadcasty.lifecycle.ConnectionEvent;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The connections of this node. */
@ThreadSafe
public final class Sessions {

  private static final Logger LOG = Logger.getLogger(Sessions.class.getName());

  /** A check that comes so late tells that the node itself stood still. */
  private static final long STANDSTILL_NANOS = Duration.ofSeconds(5).toNanos();

  private static final int LOCKS = 64;

  private final Set<Session> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong();
  private final SessionIndex index = new SessionIndex();

  /** Guard a session's place in the two above; each for some of the sessions. */
  private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();

  private final Ticker ticker;
  private final WallClock clock;
  private final RealtimeListener listener;
  private final FailureLog failures;
  private final LongAdder[] bytesIn = ofEachTransport();
  private final LongAdder[] bytesOut = ofEachTransport();
  private volatile boolean draining;

  // by the thread that checks
  private long sweptNanos;
  private long awakeSinceNanos;

  /**
   * @param listener hears of connections that come and go
   */
  public Sessions(Ticker ticker, WallClock clock, RealtimeListener listener) {
    this.ticker = ticker;
    this.failures =
        new FailureLog(
            System.getLogger(Sessions.class.getName()),
            System.Logger.Level.ERROR,
            "a connection",
            ticker);
    this.clock = clock;
    this.listener = listener;
    this.sweptNanos = ticker.readNanos();
    this.awakeSinceNanos = sweptNanos;
  }

  void add(Session session) {
    listener.onConnected(new ConnectionEvent.Connected(session.info()));
    synchronized (lock(session)) {
      open.add(session);
      Caller caller = session.caller();
      if (caller != null) {
        index.put(session, caller);
      }
    }
    if (draining) { // it came in while the door was being closed
      session.end(drained());
    }
  }

  void remove(Session session) {
    synchronized (lock(session)) {
      if (!open.remove(session)) {
        return;
      }
      Caller caller = session.caller();
      if (caller != null) {
        index.remove(session, caller);
      }
    }
    bytesOut[session.type().ordinal()].add(session.newlyWrittenBytes());
    listener.onDisconnected(session.disconnected());
  }

  /**
   * The session's caller is known from now on, or has shown another token.
   *
   * @param set makes it the caller that the session tells
   */
  void identify(Session session, Caller now, Runnable set) {
    synchronized (lock(session)) {
      Caller before = session.caller();
      set.run();
      if (!open.contains(session)) {
        return; // it is put when it is opened, or has ended
      }
      if (before == null) {
        index.put(session, now);
      } else {
        index.replace(session, before, now);
      }
    }
  }

  /**
   * The connections that match everything that is given; null matches every connection whose caller
   * is known.
   */
  private List<Session> find(ControlMessage.Disconnect whom) {
    return index.find(whom.tenant(), whom.subject(), whom.tokenId(), whom.keyId());
  }

  /** How many connections a {@link #disconnect} would end now. */
  public int count(ControlMessage.Disconnect whom) {
    return find(whom).size();
  }

  /** Ends the connections that match; returns how many, at once. */
  public int disconnect(ControlMessage.Disconnect whom) {
    List<Session> found = find(whom);
    if (!found.isEmpty()) {
      Problem problem = disconnected(whom.code());
      found.forEach(session -> session.end(problem));
    }
    return found.size();
  }

  private static Problem disconnected(String text) {
    Code code = Code.ofText(text);
    return Problem.of(
        code == null || code.close() == 0 ? Code.DISCONNECTED : code,
        "the service has ended this connection");
  }

  /** Whether nobody is indexed any more, for tests. */
  boolean isIndexEmpty() {
    return index.isEmpty();
  }

  private Object lock(Session session) {
    return locks[System.identityHashCode(session) & (locks.length - 1)];
  }

  /** A client has sent a message. */
  void received(TransportType transport, long bytes) {
    bytesIn[transport.ordinal()].add(bytes);
  }

  private static LongAdder[] ofEachTransport() {
    return Stream.generate(LongAdder::new)
        .limit(TransportType.values().length)
        .toArray(LongAdder[]::new);
  }

  private void tellTraffic() {
    for (TransportType transport : TransportType.values()) {
      long in = bytesIn[transport.ordinal()].sumThenReset();
      long out = bytesOut[transport.ordinal()].sumThenReset();
      if (in > 0 || out > 0) {
        listener.onTraffic(new ConnectionEvent.Traffic(transport, in, out));
      }
    }
  }

  /** Names the next connection. */
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /**
   * A lane has met an {@link Error}: all its connections are ended, with a code, before anything
   * more is done for them. Does not block.
   */
  public void laneBroke(Executor lane) {
    for (Session session : open) {
      if (session.lane() == lane) {
        try {
          session.breakOff();
        } catch (RuntimeException | Error e) { // as when memory is short; it is tried again
          LOG.log(Level.SEVERE, "a connection of a broken lane could not be ended yet", e);
        }
      }
    }
  }

  /** Tells what has broken a connection. */
  FailureLog failures() {
    return failures;
  }

  /** How many connections there are. */
  public int size() {
    return open.size();
  }

  /** Whether the node takes no new connections any more. */
  public boolean isDraining() {
    return draining;
  }

  /** Whose connections are subscribed to these channels now, by channel. */
  public Map<TenantChannel, Set<String>> subscribers(Collection<TenantChannel> channels) {
    Map<TenantId, List<TenantChannel>> byTenant =
        channels.stream().collect(Collectors.groupingBy(TenantChannel::tenant));
    Map<TenantChannel, Set<String>> found = new HashMap<>();
    byTenant.forEach(
        (tenant, ofTenant) ->
            index.forEach(
                tenant,
                session -> {
                  Caller caller = session.caller();
                  for (TenantChannel channel : ofTenant) {
                    if (caller != null && session.isSubscribedTo(channel.name())) {
                      found.computeIfAbsent(channel, c -> new HashSet<>()).add(caller.subject());
                    }
                  }
                }));
    return found;
  }

  private static Problem drained() {
    return Problem.of(Code.DRAINING, "the node is shutting down; reconnect and resume");
  }

  /**
   * Checks on every connection; to be called about once a second, by one thread at a time. After a
   * standstill of the node, of its machine say, clients are given the time anew to be heard.
   */
  public void sweep() {
    long nanos = ticker.readNanos();
    if (nanos - sweptNanos > STANDSTILL_NANOS) {
      LOG.warning(
          "this node stood still for "
              + Duration.ofNanos(nanos - sweptNanos).toSeconds()
              + " s (a pause of its JVM or its machine)");
      awakeSinceNanos = nanos;
    }
    sweptNanos = nanos;
    long millis = clock.nowMillis();
    for (Session session : open) {
      try {
        session.sweep(nanos, millis, awakeSinceNanos);
        bytesOut[session.type().ordinal()].add(session.newlyWrittenBytes());
      } catch (RuntimeException e) {
        failures.failed(e);
      }
    }
    tellTraffic();
  }

  /**
   * Takes no new connections, and ends those there are with "reconnect", spread evenly over a time
   * so that the clients do not all arrive elsewhere at once. Returns at once.
   */
  public void drain(Duration over, ScheduledExecutorService scheduler) {
    draining = true;
    List<Session> sessions = List.copyOf(open);
    long stepNanos = sessions.isEmpty() ? 0 : over.toNanos() / sessions.size();
    Problem problem = drained();
    for (int i = 0; i < sessions.size(); i++) {
      Session session = sessions.get(i);
      scheduler.schedule(() -> session.end(problem), i * stepNanos, TimeUnit.NANOSECONDS);
    }
  }
}
