package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.protocol.Problem;
import io.broadcasty.ratelimit.ConnectionLimiter;

/** A connection that only listens: what it wants, it has said in the request. */
public abstract class EventSession extends Session {

  /** A subclass calls {@link #opened(Caller, ConnectionLimiter.Lease)} last. */
  protected EventSession(SessionContext context, Transport transport) {
    super(context, transport);
  }

  /** The connection is there, and its caller's. */
  protected final void opened(Caller caller, ConnectionLimiter.Lease place) {
    opened();
    authenticated(caller, place);
  }

  @Override
  protected final TransportType type() {
    return TransportType.SSE;
  }

  /**
   * Subscribes to what the request wants, and queues what tells the client of it. May block on the
   * store.
   *
   * @throws io.broadcasty.channel.InvalidChannelException when a name is neither that of a channel
   *     nor a pattern
   * @throws io.broadcasty.broker.BrokerException when the store cannot be read now
   */
  public abstract Opening subscribe();

  /** What opening the stream led to. */
  public sealed interface Opening {

    /**
     * The response may begin.
     *
     * @param start lets the publications through; to be run once the response has begun
     */
    record Begun(Runnable start) implements Opening {}

    /**
     * The stream is not to begin; the session must be ended by {@link #gone}.
     *
     * @param problem why
     */
    record Refused(Problem problem) implements Opening {}
  }
}
