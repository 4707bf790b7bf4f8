package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.Utf8;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.ratelimit.ConnectionLimiter;

/** A connection whose client sends messages too, and is expected to be heard of. */
public abstract class MessageSession extends Session {

  private volatile long lastHeardNanos;

  /** A subclass calls {@link #opened} at the end of its constructor. */
  protected MessageSession(SessionContext context, Transport transport) {
    super(context, transport);
    this.lastHeardNanos = openedNanos();
  }

  @Override
  protected final TransportType type() {
    return TransportType.WEBSOCKET;
  }

  /**
   * The handshake has carried a token that is good; false when the caller has no place left, and
   * the session ends.
   */
  public final boolean open(Caller caller) {
    boolean admitted = admit(caller);
    if (!admitted) {
      end(Answers.connectionLimit());
    }
    return admitted;
  }

  /** Takes the caller's place; false when it has none left. */
  protected final boolean admit(Caller caller) {
    ConnectionLimiter.Lease place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place != null) {
      authenticated(caller, place);
    }
    return place != null;
  }

  /** Any frame from the client. */
  public final void heard() {
    lastHeardNanos = context.ticker().readNanos();
  }

  /** Counts a message from the client before it is looked at. */
  public final void received(String text) {
    context.sessions().received(type(), Utf8.length(text));
  }

  /**
   * A text message from the client. Called by one thread at a time; blocks at most on the store.
   * After the session's end nothing is carried out any more.
   */
  public abstract void onText(String text);

  /** A binary message, which no protocol knows so far. */
  public void onBinary() {
    end(Problem.of(Code.PROTOCOL_ERROR, "binary frames are not part of the protocol; send text"));
  }

  /**
   * A sign of life that wants an answer.
   *
   * @param answer the transport's, which takes its place among what waits
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
      end(Problem.of(Code.IDLE, "nothing was heard from the client for two heartbeats"));
    }
  }
}
