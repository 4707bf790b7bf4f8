package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.Utf8;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.ratelimit.ConnectionLimiter;

/** A session whose client also sends messages, and is closed when it stays silent for too long. */
public abstract class MessageSession extends Session {

  private volatile long lastHeardNanos;

  /** Creates a session. A subclass calls {@link #opened} at the end of its constructor. */
  protected MessageSession(SessionContext context, Transport transport) {
    super(context, transport);
    this.lastHeardNanos = openedNanos();
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
    boolean admitted = admit(caller);
    if (!admitted) {
      end(Answers.connectionLimit());
    }
    return admitted;
  }

  /**
   * Takes a connection lease for the caller; returns false when the caller has too many
   * connections.
   */
  protected final boolean admit(Caller caller) {
    ConnectionLimiter.Lease place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place != null) {
      authenticated(caller, place);
    }
    return place != null;
  }

  /** Records that a frame has arrived from the client. */
  public final void heard() {
    lastHeardNanos = context.ticker().readNanos();
  }

  /** Counts a message from the client before it is parsed. */
  public final void received(String text) {
    context.sessions().received(type(), Utf8.length(text));
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
   * Answers a ping.
   *
   * @param answer the transport's pong, which is queued behind the waiting frames
   */
  public final void onPing(EncodedFrame answer) {
    heard();
    send(answer);
  }

  @Override
  public void sweep(long nowNanos, long nowMillis, long awakeSinceNanos) {
    super.sweep(nowNanos, nowMillis, awakeSinceNanos);
    if (Math.min(nowNanos - lastHeardNanos, nowNanos - awakeSinceNanos)
        > context.settings().silence().toNanos()) {
      end(Problem.of(Code.IDLE, "the client sent nothing for two heartbeat intervals"));
    }
  }
}
