package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ServedTenants;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The open sessions of this node. */
@ThreadSafe
public final class Sessions {

  private static final System.Logger LOG = System.getLogger(Sessions.class.getName());

  /** A sweep that is later than this shows that the node itself was paused. */
  private static final long MAX_SWEEP_DELAY_NANOS = Duration.ofSeconds(5).toNanos();

  private static final int LOCKS = 64;

  /** Users with more connections are services, whose limit was raised for them. */
  private static final int MAX_PROBED = 500;

  private final Set<Session> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong();
  private final SessionIndex index = new SessionIndex();

  /**
   * The locks that guard a session's entries in {@link #open} and {@link #index}; each lock guards
   * some sessions.
   */
  private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();

  private final Ticker ticker;
  private final WallClock clock;
  private final RealtimeListener listener;
  private final FailureLog failures;
  private final SlowestSessions slowest;
  private final LingeringConnections lingering;
  private final LongAdder[] bytesIn = countersByTransport();
  private final LongAdder[] bytesOut = countersByTransport();
  private volatile boolean draining;

  /** Why this node takes no part for now; empty when it does. */
  private final Map<SuspensionReason, Problem> suspensions = new ConcurrentHashMap<>();

  // used by the sweeping thread only
  @ConfinedTo("the thread that sweeps")
  private long sweptNanos;

  @ConfinedTo("the thread that sweeps")
  private long awakeSinceNanos;

  /**
   * Creates an empty set of sessions.
   *
   * @param listener notified of connections that open and close
   * @param memory limits what the outboxes of all sessions hold
   */
  public Sessions(Ticker ticker, WallClock clock, RealtimeListener listener, MemoryBudgets memory) {
    this.slowest = new SlowestSessions(memory.of(MemoryArea.OUTBOXES));
    this.lingering = new LingeringConnections(memory.of(MemoryArea.OUTBOXES));
    this.ticker = ticker;
    this.failures =
        new FailureLog(
            System.getLogger(Sessions.class.getName()),
            Level.ERROR,
            "Handling a connection",
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
    Problem refused = draining ? drainingProblem() : suspension();
    if (refused != null) { // opened while that began
      session.end(refused);
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
   * Indexes a session whose caller has authenticated or renewed its token.
   *
   * @param set sets the caller of the session
   */
  void index(Session session, Caller now, Runnable set) {
    synchronized (lock(session)) {
      Caller before = session.caller();
      set.run();
      if (!open.contains(session)) {
        return; // add() indexes it later, or it has ended
      }
      if (before == null) {
        index.put(session, now);
      } else {
        index.replace(session, before, now);
      }
    }
  }

  /** Returns the sessions that match all given values; null matches every authenticated session. */
  private List<Session> find(ControlMessage.Disconnect selection) {
    return index.find(
        selection.tenant(), selection.subject(), selection.tokenId(), selection.keyId());
  }

  /** Returns how many sessions {@link #disconnect} would end now. */
  public int count(ControlMessage.Disconnect selection) {
    return find(selection).size();
  }

  /** Ends the sessions that match, without waiting for their end; returns how many. */
  public int disconnect(ControlMessage.Disconnect selection) {
    List<Session> found = find(selection);
    if (!found.isEmpty()) {
      Problem problem = disconnectedProblem(selection.code());
      found.forEach(session -> session.end(problem));
    }
    return found.size();
  }

  /**
   * Returns connections in order of their numbers. Passes over the connections of the tenant or, if
   * the filter names one, of the user.
   *
   * @param after the number before the first one to return
   * @param limit the maximum number to return
   */
  public ConnectionList list(ConnectionFilter filter, long after, int limit) {
    int[] count = {0};
    PriorityQueue<Session> first =
        new PriorityQueue<>(Comparator.comparingLong(Session::number).reversed());
    Consumer<Session> select =
        session -> {
          TransportType wanted = filter.transport();
          if (session.hasEnded() || (wanted != null && wanted != session.type())) {
            return;
          }
          count[0]++;
          if (session.number() > after && limit > 0) {
            first.add(session);
            if (first.size() > limit) {
              first.remove();
            }
          }
        };
    String subject = filter.subject();
    if (subject == null) {
      index.forEach(filter.tenant(), select);
    } else {
      index.forEachOfUser(filter.tenant(), subject, Integer.MAX_VALUE, select);
    }
    List<ConnectionState> connections =
        first.stream()
            .sorted(Comparator.comparingLong(Session::number))
            .map(Session::state)
            .filter(Objects::nonNull)
            .toList();
    return new ConnectionList(count[0], connections);
  }

  /**
   * Ends the sessions of an API key whose callers are not valid any more, and those that receive
   * what the key does not allow any more, without waiting for their end; returns how many. The
   * others end with the key's or the secret's present expiry.
   */
  public int endOfKey(String keyId, KeyValidity keys) {
    Problem problem = disconnectedProblem("disconnected");
    int ended = 0;
    for (Session session : index.find(null, null, null, keyId)) {
      Caller caller = session.caller();
      if (caller == null) {
        continue;
      }
      long untilMillis = keys.validUntilMillis(caller);
      if (untilMillis == 0
          || !session.isWithin((channel, action) -> keys.covers(keyId, channel, action))) {
        session.end(problem);
        ended++;
      } else {
        session.endAt(untilMillis);
      }
    }
    return ended;
  }

  /**
   * Ends the sessions whose tokens are revoked, without waiting for their end; returns how many.
   *
   * @param subject the user whose sessions are looked at; null for all users
   * @param tokenId the token whose sessions are looked at; null for all tokens
   */
  public int endRevoked(
      TenantId tenant,
      @Nullable String subject,
      @Nullable String tokenId,
      Predicate<Caller> isRevoked) {
    return endRevoked(index.find(tenant, subject, tokenId, null), isRevoked);
  }

  /**
   * Ends the sessions whose tokens are revoked, of those whose tokens belong to a session of their
   * user at the issuer, without waiting for their end; returns how many.
   *
   * @param signIn as {@link Caller#signIn} has it
   */
  public int endRevokedSignIn(TenantId tenant, String signIn, Predicate<Caller> isRevoked) {
    return endRevoked(index.findBySignIn(tenant, signIn), isRevoked);
  }

  private static int endRevoked(List<Session> sessions, Predicate<Caller> isRevoked) {
    Problem problem = Problem.of(Code.UNAUTHORIZED, "the token has been revoked; get a new one");
    int ended = 0;
    for (Session session : sessions) {
      Caller caller = session.caller();
      if (caller != null && isRevoked.test(caller)) {
        session.end(problem);
        ended++;
      }
    }
    return ended;
  }

  /**
   * Ends the sessions of tenants that are not served any more, without waiting for their end;
   * returns how many. Call it whenever the settings have changed, and about once a second, since a
   * caller may have been admitted just before.
   */
  public int endRefused(TenantSettingsLookup tenants) {
    int[] ended = {0};
    for (TenantId tenant : index.tenants()) {
      TenantState state = tenants.of(tenant).state();
      if (!state.isServed()) {
        Problem problem = Problem.of(Code.TENANT_REFUSED, ServedTenants.reason(state));
        index.forEach(
            tenant,
            session -> {
              session.end(problem);
              ended[0]++;
            });
      }
    }
    return ended[0];
  }

  /**
   * Ends what the policies do not allow the sessions of a tenant any more. Call it when they have
   * changed, and for some seconds after, since a stream may have been admitted just before. Does
   * not wait for the end of sessions.
   */
  public void reauthorize(TenantId tenant) {
    index.forEach(
        tenant,
        session -> {
          Caller caller = session.caller();
          if (caller == null || session.hasEnded()) {
            return;
          }
          try {
            session.reauthorize(caller);
          } catch (RuntimeException e) {
            failures.recordFailure(e);
          }
        });
  }

  /**
   * Returns what a client is told whose streams somebody has ended.
   *
   * @param text the wire name of a code; one that ends no stream counts as {@code disconnected}
   */
  public static Problem disconnectedProblem(String text) {
    Code code = Code.fromWireName(text);
    return Problem.of(
        code == null || code.closeCode() == 0 ? Code.DISCONNECTED : code,
        "the service has ended this connection");
  }

  /**
   * Looks for connections of a user whose clients have left unnoticed, since he opens another: each
   * is written to until it has failed or has shown that it lives. A page that is reloaded a hundred
   * times must not reach the user's limit, which its streams before would otherwise fill until
   * their heartbeats fail. Does not block.
   */
  public void probe(TenantId tenant, String subject) {
    long now = ticker.readNanos();
    index.forEachOfUser(tenant, subject, MAX_PROBED, session -> session.probe(now));
  }

  /** Returns whether the index is empty, for tests. */
  boolean isIndexEmpty() {
    return index.isEmpty();
  }

  private Object lock(Session session) {
    return locks[System.identityHashCode(session) & (locks.length - 1)];
  }

  /** Counts the bytes of a client's message. */
  void countReceived(TransportType transport, long bytes) {
    bytesIn[transport.ordinal()].add(bytes);
  }

  private static LongAdder[] countersByTransport() {
    return Stream.generate(LongAdder::new)
        .limit(TransportType.values().length)
        .toArray(LongAdder[]::new);
  }

  private void reportTraffic() {
    for (TransportType transport : TransportType.values()) {
      long in = bytesIn[transport.ordinal()].sumThenReset();
      long out = bytesOut[transport.ordinal()].sumThenReset();
      if (in > 0 || out > 0) {
        listener.onTraffic(new ConnectionEvent.Traffic(transport, in, out));
      }
    }
  }

  /** Returns a number for the next connection. */
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /**
   * Ends all connections of an event loop that has met an {@link Error}, with a code, before the
   * loop does anything else. Does not block.
   */
  public void onEventLoopError(Executor eventLoop) {
    for (Session session : open) {
      if (session.eventLoop() == eventLoop) {
        try {
          session.endAfterError();
        } catch (RuntimeException
            | Error e) { // for example when memory is short; every sweep tries again
          LOG.log(Level.ERROR, "Cannot end a connection of a failed event loop yet; retrying", e);
        }
      }
    }
  }

  /** Returns the log for failures that ended a connection. */
  FailureLog failures() {
    return failures;
  }

  /** Returns the connections that stay open after their session's end. */
  public LingeringConnections lingering() {
    return lingering;
  }

  /** Returns how many sessions are open. */
  public int size() {
    return open.size();
  }

  /** Returns whether the node rejects new connections because it is draining. */
  public boolean isDraining() {
    return draining;
  }

  /** Returns the users connected here who are subscribed to these channels now, by channel. */
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

  /**
   * Rejects new connections until {@link #resume} with the same reason, and ends the open ones with
   * this problem, spread evenly over a time, so that clients resume on other nodes. Returns at
   * once.
   */
  public void suspend(
      SuspensionReason reason, Problem problem, Duration over, ScheduledExecutorService scheduler) {
    suspensions.put(reason, problem);
    endAll(problem, over, scheduler);
  }

  /** Accepts connections again after {@link #suspend}, unless there is another reason not to. */
  public void resume(SuspensionReason reason) {
    suspensions.remove(reason);
  }

  /** Returns whether the node takes no part for this reason. */
  public boolean isSuspended(SuspensionReason reason) {
    return suspensions.containsKey(reason);
  }

  /** Returns why this node rejects new connections for now; null when it accepts them. */
  public @Nullable Problem suspension() {
    return suspensions.values().stream().findFirst().orElse(null);
  }

  private static Problem drainingProblem() {
    return Problem.of(Code.DRAINING, "the node is shutting down; reconnect and resume");
  }

  /**
   * Checks every session; called about once a second, by one thread at a time. After a pause of the
   * node (of its JVM or its machine) the clients' silence is measured again.
   */
  public void sweep() {
    long nanos = ticker.readNanos();
    if (nanos - sweptNanos > MAX_SWEEP_DELAY_NANOS) {
      LOG.log(
          Level.WARNING,
          "This node was paused for "
              + Duration.ofNanos(nanos - sweptNanos).toSeconds()
              + " s (by its JVM or its machine)");
      awakeSinceNanos = nanos;
    }
    sweptNanos = nanos;
    long millis = clock.nowMillis();
    for (Session session : open) {
      try {
        session.sweep(nanos, millis, awakeSinceNanos);
        bytesOut[session.type().ordinal()].add(session.newlyWrittenBytes());
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    }
    lingering.giveUpUntilThereIsRoom();
    slowest.endUntilThereIsRoom(open);
    reportTraffic();
  }

  /**
   * Rejects new connections, and ends the open ones with "reconnect", spread evenly over a time so
   * that the clients do not all reconnect at once. Returns at once.
   */
  public void drain(Duration over, ScheduledExecutorService scheduler) {
    draining = true;
    endAll(drainingProblem(), over, scheduler);
  }

  private void endAll(Problem problem, Duration over, ScheduledExecutorService scheduler) {
    List<Session> sessions = List.copyOf(open);
    long stepNanos = sessions.isEmpty() ? 0 : over.toNanos() / sessions.size();
    for (int i = 0; i < sessions.size(); i++) {
      Session session = sessions.get(i);
      var unused =
          scheduler.schedule(() -> session.end(problem), i * stepNanos, TimeUnit.NANOSECONDS);
    }
  }
}
