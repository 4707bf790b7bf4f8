package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.wire.Problem;

/** A session whose client only receives events; its request names all its subscriptions. */
@ThreadSafe
public abstract class EventSession extends Session {

  /** Creates a session. A subclass calls {@link #opened(Caller, ConnectionLimiter.Permit)} last. */
  protected EventSession(SessionContext context, Transport transport) {
    super(context, transport);
  }

  /** Registers the session, which is authenticated as this caller. */
  protected final void opened(Caller caller, ConnectionLimiter.Permit place) {
    opened();
    authenticated(caller, place);
  }

  @Override
  protected final TransportType type() {
    return TransportType.SSE;
  }

  /**
   * Subscribes to the channels that the request names, and queues the frames that confirm it. May
   * block on the store.
   *
   * @throws io.broadcasty.core.channel.InvalidChannelException when a name is neither that of a
   *     channel nor a pattern
   * @throws io.broadcasty.streams.broker.BrokerException when the store cannot be read now
   */
  public abstract Opening subscribe();

  /** The result of opening the stream. */
  public sealed interface Opening {

    /**
     * The response may begin.
     *
     * @param start lets the publications through; to be run once the response has begun
     */
    record Begun(Runnable start) implements Opening {}

    /**
     * The stream is refused; the session must be ended by {@link #onTransportClosed}.
     *
     * @param problem the reason
     */
    record Refused(Problem problem) implements Opening {}
  }
}
