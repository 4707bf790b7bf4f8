package io.broadcasty.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.ratelimit.ConnectionLimiter;

/**
 * Port: a protocol of events to the client alone, as an HTTP response carries them (Server-Sent
 * Events). A transport finds it among the {@link Protocols} and knows nothing else of it. Each
 * frame of its sessions is a whole event, the empty line at its end included.
 */
@ThreadSafe
public interface EventProtocol {

  /** What the query parameter {@code protocol} calls it. */
  String name();

  /**
   * Reads what the client asks for.
   *
   * @throws ProblemException when it cannot be read; the request is refused
   */
  Accepted accept(StreamRequest request) throws ProblemException;

  /** A request that can be read. */
  @FunctionalInterface
  interface Accepted {

    /**
     * Opens the session, which has no subscriptions yet.
     *
     * @param place the caller's; given back when the session ends
     */
    EventSession open(
        SessionContext context, Transport transport, Caller caller, ConnectionLimiter.Lease place);
  }
}
