package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.Outbox;
import io.broadcasty.delivery.subscribe.SubscriberConnection;
import io.broadcasty.delivery.subscribe.Subscriptions;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One client connection from handshake to close: its outbox, subscriptions, token expiry and
 * heartbeat, and the one way to end it. Subclasses add what a transport's protocol sends.
 */
@ThreadSafe
public abstract class Session implements SubscriberConnection, Outbox.Owner {

  private static final System.Logger LOG = System.getLogger(Session.class.getName());
  private static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();

  /** How long the sweeps write to a client that may have left: two of them at least. */
  private static final long PROBE_PERIOD_NANOS = Duration.ofMillis(2500).toNanos();

  /** The shortest time between two probes of a client: a reset takes one round trip. */
  private static final long PROBE_NANOS = Duration.ofMillis(100).toNanos();

  private static final Duration MEMORY_RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration BROKEN_RETRY_AFTER = Duration.ofSeconds(1);

  protected final SessionContext context;
  private final Transport transport;
  private final Executor eventLoop;
  private final Outbox outbox;
  private final Subscriptions subscriptions;
  private final AtomicReference<@Nullable End> end = new AtomicReference<>();
  private final AtomicBoolean transportClosed = new AtomicBoolean();
  private volatile @Nullable Caller caller;
  private volatile ConnectionLimiter.@Nullable Permit lease;
  private volatile UnauthenticatedConnections.@Nullable Place unauthenticatedPlace;
  private volatile long lastHeartbeatNanos;
  private volatile long probedNanos;
  private volatile boolean failedByError;
  private volatile int stalledSweeps;

  /** When the session ends at the latest, whatever its caller says. */
  private volatile long latestEndMillis = Long.MAX_VALUE;

  private final long number;
  private final long openedNanos;

  /** Whether the session has released everything that it held. */
  private volatile boolean released;

  /**
   * How the session ends.
   *
   * @param clientTold whether the client is told the reason
   */
  private record End(Problem problem, boolean clientTold, long atNanos, long outboxBytes) {}

  /** Loads the class early: the server may remove the WAR before it ends the sessions. */
  static final Class<?> LOADED_EARLY = End.class;

  protected Session(SessionContext context, Transport transport) {
    this.context = context;
    this.transport = transport;
    this.eventLoop = context.eventLoops().get();
    this.outbox =
        new Outbox(
            context.tenants().defaults().outboxBytes(),
            context.memory().of(MemoryArea.OUTBOXES),
            eventLoop,
            transport,
            this);
    this.subscriptions = context.subscribe().open(this);
    this.openedNanos = context.ticker().readNanos();
    this.lastHeartbeatNanos = openedNanos;
    this.probedNanos = openedNanos - PROBE_PERIOD_NANOS - 1;
    this.number = context.sessions().nextNumber();
  }

  /** Returns the transport that the connection uses. */
  protected abstract TransportType type();

  /**
   * Registers the session, which is swept and drained from now on. A subclass calls it at the end
   * of its constructor.
   */
  protected final void opened() {
    context.sessions().add(this);
  }

  /** Returns the connection as events name it. */
  @Override
  public final ConnectionInfo info() {
    Caller who = caller;
    return new ConnectionInfo(
        number,
        type(),
        who == null ? null : who.tenant(),
        who == null ? null : who.subject(),
        transport.clientAddress());
  }

  /** Returns how the session ended; valid only after its end. */
  final ConnectionEvent.Disconnected disconnected() {
    End over = Objects.requireNonNull(end.get(), "The session has not ended");
    return new ConnectionEvent.Disconnected(
        info(),
        over.clientTold() ? over.problem().code().wireName() : null,
        over.problem().detail(),
        context.ticker().readNanos() - openedNanos,
        outbox.writtenBytes(),
        over.outboxBytes());
  }

  /** Returns how many bytes have been written since the last call. */
  final long newlyWrittenBytes() {
    return outbox.newlyWrittenBytes();
  }

  /** Returns what identifies the session on this node; grows with every session. */
  final long number() {
    return number;
  }

  /** Returns the session as administrators see it; null before authentication. */
  final @Nullable ConnectionState state() {
    Caller who = caller;
    return who == null
        ? null
        : new ConnectionState(
            number,
            type(),
            who,
            transport.clientAddress(),
            Duration.ofNanos(context.ticker().readNanos() - openedNanos),
            subscriptions.targets().size(),
            outbox.writtenBytes(),
            outbox.pendingBytes());
  }

  /** Returns when the session was opened, by the ticker. */
  protected final long openedNanos() {
    return openedNanos;
  }

  /** Returns the client's address; null where it is unknown. */
  public final @Nullable String clientAddress() {
    return transport.clientAddress();
  }

  /** Returns the caller; null before authentication. */
  public final @Nullable Caller caller() {
    return caller;
  }

  /** Returns whether publications of the channel are delivered to this connection. */
  final boolean isSubscribedTo(ChannelName channel) {
    return subscriptions.isDelivered(channel);
  }

  /** Keeps the place of a connection without a token until it has authenticated or ended. */
  public final void occupyUntilAuthenticated(UnauthenticatedConnections.Place place) {
    place.use();
    unauthenticatedPlace = place;
    if (caller != null || hasEnded()) {
      place.close();
    }
  }

  /** Returns whether a caller may authenticate this connection: the handshake named its tenant. */
  public final boolean isOpenTo(Caller candidate) {
    UnauthenticatedConnections.Place place = unauthenticatedPlace;
    return place == null || place.isOpenTo(candidate.tenant());
  }

  private void leaveUnauthenticated() {
    UnauthenticatedConnections.Place place = unauthenticatedPlace;
    if (place != null) {
      place.close();
    }
  }

  /** Sets the caller; the lease is released when the session ends. */
  protected final void authenticated(Caller now, ConnectionLimiter.@Nullable Permit place) {
    context.sessions().index(this, now, () -> caller = now);
    latestEndMillis = Long.MAX_VALUE; // it was that of the caller before
    leaveUnauthenticated();
    outbox.setMaxBytes(tenantSettings().outboxBytes());
    if (place != null) {
      lease = place;
      if (hasEnded()) {
        place.close();
      } else {
        context.listener().onAuthenticated(new ConnectionEvent.Authenticated(info()));
      }
    }
  }

  /** Has the session end at a time, as its token would expire, unless it ends before. */
  final void endAt(long timeMillis) {
    latestEndMillis = timeMillis;
  }

  /** Returns whether all that the session receives, and where it is present, is allowed. */
  protected boolean isWithin(BiPredicate<String, Action> allowed) {
    return subscriptions.areWithin(allowed);
  }

  /** Returns the current settings of the caller's tenant; the defaults before authentication. */
  public final TenantSettings tenantSettings() {
    Caller who = caller;
    return who == null ? context.tenants().defaults() : context.tenants().of(who.tenant());
  }

  /** Returns whether the session has ended; messages of the client are ignored from then on. */
  public final boolean hasEnded() {
    return end.get() != null;
  }

  public final Subscriptions subscriptions() {
    return subscriptions;
  }

  /**
   * Ends what the policies do not allow the caller any more, after they have changed. By default
   * the session ends when it loses one of its targets; a protocol that can tell the client of a
   * lost target may end the target alone.
   */
  protected void reauthorize(Caller now) {
    List<String> targets = subscriptions.targets();
    if (!Collections.disjoint(targets, subscriptions.reauthorize(now).targets())) {
      end(
          Problem.of(
              Code.DISCONNECTED,
              "a policy has changed and does not allow all channels of this stream any more"));
    }
  }

  /** Queues a frame; never blocks. */
  public final void send(EncodedFrame frame) {
    outbox.offer(frame);
  }

  /** Returns the last frame, which tells the client why the session ends; null for none. */
  protected abstract EncodedFrame endFrame(Problem problem);

  /**
   * Checks timeouts, token expiry and the heartbeat; called once a second.
   *
   * @param awakeSinceNanos the end of the node's last pause; clients that were silent before are
   *     not timed out
   */
  public void sweep(long nowNanos, long nowMillis, long awakeSinceNanos) {
    stalledSweeps = outbox.sweep();
    End over = end.get();
    if (over != null) {
      if (nowNanos - over.atNanos() > LINGER_NANOS) {
        runOnCloser(this::closeTransport); // it did not drain in time
      }
      return;
    }
    if (failedByError) {
      endAfterError();
      return;
    }
    Caller who = caller;
    if (who != null && Math.min(who.expiresAt().toEpochMilli(), latestEndMillis) <= nowMillis) {
      end(Problem.of(Code.TOKEN_EXPIRED, "the token has expired; reconnect with a new one"));
      return;
    }
    outbox.setMaxBytes(tenantSettings().outboxBytes());
    boolean isProbed = nowNanos - probedNanos <= PROBE_PERIOD_NANOS;
    if (isProbed || nowNanos - lastHeartbeatNanos >= context.settings().heartbeat().toNanos()) {
      sendHeartbeat(nowNanos);
    }
  }

  /**
   * Writes to a client that may have left unnoticed, now and in the next sweeps: a connection that
   * its peer has closed fails at the second write, when the peer has answered the first with a
   * reset. Does nothing where the transport notices a client that leaves.
   */
  final void probe(long nowNanos) {
    if (!transport.noticesDisconnects()
        && nowNanos - lastHeartbeatNanos >= PROBE_NANOS
        && !hasEnded()) {
      probedNanos = nowNanos;
      sendHeartbeat(nowNanos);
    }
  }

  private void sendHeartbeat(long nowNanos) {
    lastHeartbeatNanos = nowNanos;
    send(EncodedFrame.HEARTBEAT);
  }

  /** Called when the client may have left, but the transport cannot tell. */
  public final void onClientMayHaveLeft() {
    probe(context.ticker().readNanos());
  }

  /**
   * Ends the session: stops publications, writes the waiting frames and the reason, then closes.
   */
  public final void end(Problem problem) {
    if (beginEnd(problem, true, outbox.pendingBytes())) {
      runOnCloser(
          () -> {
            release();
            outbox.closeAfter(endFrame(problem), () -> runOnCloser(this::closeTransport));
          });
    }
  }

  /**
   * Ends the session after an {@link Error}, which may have lost a publication: the client is told
   * to reconnect and resume. Nothing more is delivered after the return. When memory is short this
   * may fail; every sweep tries again.
   */
  final void endAfterError() {
    failedByError = true;
    Problem problem =
        new Problem(
            Code.INTERNAL_ERROR,
            "an internal error occurred; reconnect and resume from the last position",
            BROKEN_RETRY_AFTER);
    boolean first = beginEnd(problem, true, outbox.pendingBytes());
    try {
      outbox.closeAfter(endFrame(problem), () -> runOnCloser(this::closeTransport));
    } finally {
      if (first) {
        runOnCloser(this::release);
      }
    }
  }

  /** Ends the session because its transport is closed: the peer left, or the connection broke. */
  public final void onTransportClosed() {
    Problem gone = Problem.of(Code.INTERNAL_ERROR, "the connection is closed");
    if (beginEnd(gone, false, outbox.pendingBytes())) {
      transportClosed.set(true);
      outbox.close();
      runOnCloser(this::release);
    } else {
      transportClosed.set(true);
      outbox.close();
      removeWhenClosed();
    }
  }

  /** Returns for how many sweeps in a row the client has read nothing of what waits for it. */
  final int stalledSweeps() {
    return stalledSweeps;
  }

  /** Returns how many bytes wait for the client. */
  final long pendingBytes() {
    return outbox.pendingBytes();
  }

  /** Ends the session to free memory of the node, and drops what waits for the client at once. */
  final void endSlowest() {
    long waitingBytes = outbox.pendingBytes();
    context.listener().onSlowConsumer(new ConnectionEvent.SlowConsumer(info(), waitingBytes));
    endWithoutFrame(
        Problem.of(
            Code.SLOW_CONSUMER,
            "the node needs the memory of what waits for slow clients; reconnect and resume from"
                + " the last position"),
        true,
        waitingBytes);
  }

  @Override
  public final void onOverflow(long waitingBytes) {
    context.listener().onSlowConsumer(new ConnectionEvent.SlowConsumer(info(), waitingBytes));
    endWithoutFrame(
        Problem.of(
            Code.SLOW_CONSUMER,
            waitingBytes
                + " bytes waited for this connection, as many as are allowed now; reconnect and"
                + " resume from the last position"),
        true,
        waitingBytes);
  }

  @Override
  public final void onFailure(Throwable failure, long waitingBytes) {
    LOG.log(Level.DEBUG, "Cannot write to a connection", failure);
    endWithoutFrame(
        Problem.of(Code.INTERNAL_ERROR, "the connection could not be written to"),
        false,
        waitingBytes);
  }

  /** Returns a future that completes once the outbox has room or the session has ended. */
  protected final CompletableFuture<Void> whenRoomOrEnded() {
    return outbox.whenRoomOrEnded();
  }

  @Override
  public final Executor eventLoop() {
    return eventLoop;
  }

  @Override
  public final boolean hasRoom() {
    return outbox.hasRoom();
  }

  @Override
  public final void whenRoom(Runnable action) {
    outbox.whenRoom(action);
  }

  @Override
  public final void endWithFailure(Throwable failure) {
    if (!(failure instanceof BrokerException || failure instanceof RejectedExecutionException)) {
      context.sessions().failures().recordFailure(failure);
      endAfterError();
      return;
    }
    LOG.log(Level.DEBUG, "Cannot read a stream from the store", failure);
    end(
        new Problem(
            Code.UNAVAILABLE,
            "the store cannot be read now; reconnect and resume",
            Duration.ofSeconds(2)));
  }

  @Override
  public final void endWithoutMemory(MemoryBudget.Grant full) {
    end(ProblemMapper.noMemory(MemoryArea.SUBSCRIPTIONS, full, MEMORY_RETRY_AFTER));
  }

  @Override
  public final void endTooManyChannels() {
    end(
        Problem.of(
            Code.TOO_MANY_CHANNELS,
            "a pattern matches more channels than a connection may have ("
                + tenantSettings().maxChannels()
                + "); use a narrower pattern or several connections"));
  }

  /** Closes without an end frame, because nothing more can be written. */
  private void endWithoutFrame(Problem problem, boolean clientTold, long waitingBytes) {
    outbox.close();
    if (beginEnd(problem, clientTold, waitingBytes)) {
      runOnCloser(
          () -> {
            release();
            closeTransport();
          });
    } else {
      runOnCloser(this::closeTransport);
    }
  }

  private boolean beginEnd(Problem problem, boolean clientTold, long outboxBytes) {
    return end.compareAndSet(
        null, new End(problem, clientTold, context.ticker().readNanos(), outboxBytes));
  }

  /**
   * Runs an action on a closing thread; ignores a stopping node, since the caller may be a
   * publisher.
   */
  private void runOnCloser(Runnable action) {
    try {
      context.closers().execute(action);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node stopped before this connection was closed", e);
    }
  }

  /** Releases what a subclass holds besides the subscriptions. */
  protected void onReleased() {}

  private void release() {
    leaveUnauthenticated();
    subscriptions.close();
    onReleased();
    ConnectionLimiter.Permit place = lease;
    if (place != null) {
      place.close();
    }
    released = true;
    removeWhenClosed();
  }

  /** Unregisters the session once it has released everything and its transport is closed. */
  private void removeWhenClosed() {
    if (released && transportClosed.get()) {
      context.sessions().remove(this);
    }
  }

  private void closeTransport() {
    End over = end.get();
    if (over != null && transportClosed.compareAndSet(false, true)) {
      outbox.close();
      transport.close(over.problem());
      removeWhenClosed();
    }
  }
}
