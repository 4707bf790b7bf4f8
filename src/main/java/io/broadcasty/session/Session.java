package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.Outbox;
import io.broadcasty.lifecycle.ConnectionEvent;
import io.broadcasty.lifecycle.ConnectionInfo;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.subscribe.Sink;
import io.broadcasty.subscribe.Subscriptions;
import io.broadcasty.tenant.TenantSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One connection's life: its outbox, its subscriptions, its token's end, its heartbeat, and one way
 * to end. The transports differ in what they say, not in how they live.
 */
public abstract class Session implements Sink, Outbox.Owner {

  private static final Logger LOG = Logger.getLogger(Session.class.getName());
  private static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();
  private static final Duration BROKEN_RETRY_AFTER = Duration.ofSeconds(1);

  protected final SessionContext context;
  private final Transport transport;
  private final Executor lane;
  private final Outbox outbox;
  private final Subscriptions subscriptions;
  private final AtomicReference<@Nullable End> end = new AtomicReference<>();
  private final AtomicBoolean transportClosed = new AtomicBoolean();
  private volatile @Nullable Caller caller;
  private volatile ConnectionLimiter.@Nullable Lease lease;
  private volatile long lastHeartbeatNanos;
  private volatile boolean broken;

  private final long number;
  private final long openedNanos;

  /** Whether everything that the connection had has been given up. */
  private volatile boolean left;

  /**
   * How it ends.
   *
   * @param told whether the client is told why
   */
  private record End(Problem problem, boolean told, long atNanos, long outboxBytes) {}

  /** Loaded while the WAR is there: it may be gone when its sessions are ended. */
  static final Class<?> LOADED_EARLY = End.class;

  protected Session(SessionContext context, Transport transport) {
    this.context = context;
    this.transport = transport;
    this.lane = context.lanes().get();
    this.outbox = new Outbox(context.tenants().defaults().outboxBytes(), lane, transport, this);
    this.subscriptions = context.subscribe().open(this);
    this.openedNanos = context.ticker().readNanos();
    this.lastHeartbeatNanos = openedNanos;
    this.number = context.sessions().nextNumber();
  }

  /** What it came over. */
  protected abstract TransportType type();

  /** To be called at the end of a constructor: from now on the session is swept and drained. */
  protected final void opened() {
    context.sessions().add(this);
  }

  /** As events name it. */
  @Override
  public final ConnectionInfo info() {
    Caller who = caller;
    return new ConnectionInfo(
        number, type(), who == null ? null : who.tenant(), who == null ? null : who.subject());
  }

  /** How it ended; to be asked once it has. */
  final ConnectionEvent.Disconnected disconnected() {
    End over = Objects.requireNonNull(end.get(), "it has not ended");
    return new ConnectionEvent.Disconnected(
        info(),
        over.told() ? over.problem().code().text() : null,
        over.problem().detail(),
        context.ticker().readNanos() - openedNanos,
        outbox.writtenBytes(),
        over.outboxBytes());
  }

  /** How much has been written since this was asked last, in bytes. */
  final long newlyWrittenBytes() {
    return outbox.newlyWrittenBytes();
  }

  /** When it was opened, by the ticker. */
  protected final long openedNanos() {
    return openedNanos;
  }

  /** Who is connected; null as long as nobody has said so. */
  public final @Nullable Caller caller() {
    return caller;
  }

  /** Whether publications of the channel are delivered here. */
  final boolean isSubscribedTo(ChannelName channel) {
    return subscriptions.has(channel);
  }

  /** Sets who is connected; the lease is given back at the end. */
  protected final void authenticated(Caller now, ConnectionLimiter.@Nullable Lease place) {
    context.sessions().identify(this, now, () -> caller = now);
    outbox.limit(tenantSettings().outboxBytes());
    if (place != null) {
      lease = place;
      if (hasEnded()) {
        place.close();
      } else {
        context.listener().onAuthenticated(new ConnectionEvent.Authenticated(info()));
      }
    }
  }

  /** What the caller's tenant may do now; the defaults as long as nobody is connected. */
  public final TenantSettings tenantSettings() {
    Caller who = caller;
    return who == null ? context.tenants().defaults() : context.tenants().of(who.tenant());
  }

  /** Whether the connection is at its end: nothing the client says counts any more. */
  public final boolean hasEnded() {
    return end.get() != null;
  }

  public final Subscriptions subscriptions() {
    return subscriptions;
  }

  /** Queues a frame; never blocks. */
  public final void send(EncodedFrame frame) {
    outbox.offer(frame);
  }

  /** The last frame before the end; null for none. */
  protected abstract EncodedFrame endFrame(Problem problem);

  /**
   * Checks once a second what depends on time.
   *
   * @param awakeSinceNanos what happened to a client before, this node may not have noticed
   */
  public void sweep(long nowNanos, long nowMillis, long awakeSinceNanos) {
    End over = end.get();
    if (over != null) {
      if (nowNanos - over.atNanos() > LINGER_NANOS) {
        later(this::closeTransport); // it did not drain in time
      }
      return;
    }
    if (broken) {
      breakOff();
      return;
    }
    Caller who = caller;
    if (who != null && who.expiresAt().toEpochMilli() <= nowMillis) {
      end(Problem.of(Code.TOKEN_EXPIRED, "the token has expired; come back with a new one"));
      return;
    }
    outbox.limit(tenantSettings().outboxBytes());
    if (nowNanos - lastHeartbeatNanos >= context.settings().heartbeat().toNanos()) {
      lastHeartbeatNanos = nowNanos;
      send(EncodedFrame.HEARTBEAT);
    }
  }

  /**
   * Ends the connection: no more publications, what waits is still written, then the reason, then
   * the close.
   */
  public final void end(Problem problem) {
    if (beginEnd(problem, true, outbox.pendingBytes())) {
      later(
          () -> {
            leave();
            outbox.closeAfter(endFrame(problem), () -> later(this::closeTransport));
          });
    }
  }

  /**
   * Something that belongs to the connection has met an {@link Error}, and a publication may be
   * missing: the client is told to come back and resume. Nothing more is delivered after the
   * return. When memory is short this may fail; it is tried again with every check.
   */
  final void breakOff() {
    broken = true;
    Problem problem =
        new Problem(
            Code.INTERNAL_ERROR,
            "something broke on the server; come back and resume from the last position",
            BROKEN_RETRY_AFTER);
    boolean first = beginEnd(problem, true, outbox.pendingBytes());
    try {
      outbox.closeAfter(endFrame(problem), () -> later(this::closeTransport));
    } finally {
      if (first) {
        later(this::leave);
      }
    }
  }

  /** The transport has gone: the peer left, or the line broke. */
  public final void gone() {
    Problem gone = Problem.of(Code.INTERNAL_ERROR, "the connection is gone");
    if (beginEnd(gone, false, outbox.pendingBytes())) {
      transportClosed.set(true);
      outbox.close();
      later(this::leave);
    } else {
      transportClosed.set(true);
      outbox.close();
      removeOnceOver();
    }
  }

  @Override
  public final void onOverflow(long waitingBytes) {
    context.listener().onSlowConsumer(new ConnectionEvent.SlowConsumer(info(), waitingBytes));
    abandon(
        Problem.of(
            Code.SLOW_CONSUMER,
            "more than "
                + tenantSettings().outboxBytes()
                + " bytes waited for this connection; come back and resume from the last position"),
        true,
        waitingBytes);
  }

  @Override
  public final void onFailure(Throwable failure, long waitingBytes) {
    LOG.log(Level.FINE, "a write failed", failure);
    abandon(
        Problem.of(Code.INTERNAL_ERROR, "the connection could not be written to"),
        false,
        waitingBytes);
  }

  /** Completes once what is sent finds room, or the session is over. */
  protected final CompletableFuture<Void> room() {
    return outbox.room();
  }

  @Override
  public final Executor lane() {
    return lane;
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
  public final void failed(Throwable failure) {
    if (!(failure instanceof BrokerException || failure instanceof RejectedExecutionException)) {
      context.sessions().failures().failed(failure);
      breakOff();
      return;
    }
    LOG.log(Level.FINE, "a stream could not be read from the store", failure);
    end(
        new Problem(
            Code.UNAVAILABLE,
            "the store cannot be read now; come back and resume",
            Duration.ofSeconds(2)));
  }

  @Override
  public final void tooManyChannels() {
    end(
        Problem.of(
            Code.TOO_MANY_CHANNELS,
            "a pattern matches more channels than a connection may have ("
                + tenantSettings().maxChannels()
                + "); use a narrower pattern or several connections"));
  }

  /** Ends without a word: nothing more can be written. */
  private void abandon(Problem problem, boolean told, long waitingBytes) {
    outbox.close();
    if (beginEnd(problem, told, waitingBytes)) {
      later(
          () -> {
            leave();
            closeTransport();
          });
    } else {
      later(this::closeTransport);
    }
  }

  private boolean beginEnd(Problem problem, boolean told, long outboxBytes) {
    return end.compareAndSet(
        null, new End(problem, told, context.ticker().readNanos(), outboxBytes));
  }

  /** Some ends come up on the way of a publication, which must not hear that the node stops. */
  private void later(Runnable action) {
    try {
      context.closers().execute(action);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.FINE, "the node has stopped before this connection was closed", e);
    }
  }

  /** Gives up what the connection has besides its subscriptions. */
  protected void left() {}

  private void leave() {
    subscriptions.close();
    left();
    ConnectionLimiter.Lease place = lease;
    if (place != null) {
      place.close();
    }
    left = true;
    removeOnceOver();
  }

  /** Nothing of it is heard of any more once it has left everything and its transport is closed. */
  private void removeOnceOver() {
    if (left && transportClosed.get()) {
      context.sessions().remove(this);
    }
  }

  private void closeTransport() {
    End over = end.get();
    if (over != null && transportClosed.compareAndSet(false, true)) {
      outbox.close();
      transport.close(over.problem());
      removeOnceOver();
    }
  }
}
