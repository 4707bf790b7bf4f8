package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.Utf8Length;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import org.jspecify.annotations.Nullable;

/** A session whose client also sends messages, and is closed when it stays silent for too long. */
@ThreadSafe
public abstract class MessageSession extends Session {

  /** The longest message of a client that has not authenticated yet; ample for a token. */
  public static final int MAX_BYTES_BEFORE_TOKEN = 65 * 1024;

  private static final long NO_MESSAGE = Long.MIN_VALUE;

  private final ReceivedBytes received;
  private volatile long lastActivityNanos;
  private volatile int messageBytes;

  /** When the message that is not whole began, by the ticker. */
  private volatile long messageBegunNanos = NO_MESSAGE;

  /** Creates a session. A subclass calls {@link #opened} at the end of its constructor. */
  protected MessageSession(SessionContext context, Transport transport) {
    super(context, transport);
    this.received = new ReceivedBytes(context.rates());
    this.lastActivityNanos = openedNanos();
  }

  @Override
  protected final TransportType type() {
    return TransportType.WEBSOCKET;
  }

  /**
   * Authenticates the session by the token of its handshake. Returns false and ends the session
   * when the caller has too many connections.
   */
  public final boolean open(Caller caller) {
    boolean admitted = takeConnectionLease(caller);
    if (!admitted) {
      end(ProblemMapper.connectionLimit());
    }
    return admitted;
  }

  /**
   * Takes a connection lease for the caller; returns false when the caller has too many
   * connections.
   */
  protected final boolean takeConnectionLease(Caller caller) {
    context.sessions().probe(caller.tenant(), caller.subject());
    ConnectionLimiter.Permit place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place != null) {
      authenticated(caller, place);
    } else {
      context
          .listener()
          .onLimitReached(
              new LimitReached(
                  LimitReached.CONNECTIONS,
                  caller.tenant(),
                  caller.subject(),
                  null,
                  clientAddress()));
    }
    return place != null;
  }

  /** Records that a frame has arrived from the client. */
  public final void recordActivity() {
    lastActivityNanos = context.ticker().readNanos();
  }

  /**
   * Returns how long a message may be now.
   *
   * @param configured the limit for authenticated clients
   */
  public final int maxMessageBytes(int configured) {
    return caller() == null ? Math.min(configured, MAX_BYTES_BEFORE_TOKEN) : configured;
  }

  /** Records that a part of a message has arrived; the rest has a time limit. */
  public final void onMessageBegun() {
    messageBegunNanos = Math.max(NO_MESSAGE + 1, context.ticker().readNanos());
  }

  /** Records that no message is incomplete. */
  public final void onMessageWhole() {
    if (messageBegunNanos != NO_MESSAGE) {
      messageBegunNanos = NO_MESSAGE;
    }
  }

  /** Counts a message from the client before it is parsed. */
  public final void countMessage(String text) {
    int bytes = Utf8Length.of(text);
    messageBytes = bytes;
    context.sessions().countReceived(type(), bytes);
  }

  /**
   * Charges the message that was counted last to the client's user and tenant. Ends the session of
   * a client that has ignored refusals for a whole burst.
   *
   * @param commands how many commands the message contains
   * @return why none of its commands may be carried out; null when they may
   */
  protected final @Nullable Problem chargeMessage(int commands) {
    ReceivedBytes.Exceeded exceeded = received.charge(caller(), messageBytes, commands);
    if (exceeded == null) {
      return null;
    }
    if (exceeded.ignored()) {
      end(exceeded.problem());
    }
    return exceeded.problem();
  }

  /**
   * Counts a command of a client that has not authenticated; ends the session and returns false
   * when these are too many.
   */
  protected final boolean countUnauthenticated() {
    if (!received.countUnauthenticated()) {
      return true;
    }
    end(
        Problem.of(
            Code.PROTOCOL_ERROR,
            "more than "
                + ReceivedBytes.MAX_UNAUTHENTICATED
                + " commands or pings came before a `connect` with a valid token"));
    return false;
  }

  /**
   * Handles a text message from the client. Called by one thread at a time; blocks at most on the
   * store. Ignores messages after the session's end.
   */
  public abstract void onText(String text);

  /** Handles a binary message, which no protocol supports so far. */
  public void onBinary() {
    end(Problem.of(Code.PROTOCOL_ERROR, "binary frames are not part of the protocol; send text"));
  }

  /**
   * Answers a ping, unless the client sends more of them than its limits allow.
   *
   * @param answer the transport's pong, which is queued behind the waiting frames
   */
  public final void onPing(EncodedFrame answer) {
    recordActivity();
    Caller caller = caller();
    if (caller == null ? countUnauthenticated() : received.charge(caller, 0, 1) == null) {
      send(answer);
    }
  }

  @Override
  public void sweep(long nowNanos, long nowMillis, long awakeSinceNanos) {
    super.sweep(nowNanos, nowMillis, awakeSinceNanos);
    if (Math.min(nowNanos - lastActivityNanos, nowNanos - awakeSinceNanos)
        > context.settings().maxSilence().toNanos()) {
      end(Problem.of(Code.IDLE, "the client sent nothing for two heartbeat intervals"));
    }
    long begun = messageBegunNanos;
    if (begun != NO_MESSAGE
        && Math.min(nowNanos - begun, nowNanos - awakeSinceNanos)
            > context.settings().messageTimeout().toNanos()) {
      end(ProblemMapper.messageTimeout(context.settings().messageTimeout()));
    }
  }
}
