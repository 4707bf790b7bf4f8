package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.wire.ProblemException;

/**
 * Port: a protocol of events to the client only, as an HTTP response carries them (Server-Sent
 * Events). A transport finds it among the {@link Protocols} and knows nothing else about it. Each
 * frame of its sessions is a whole event, including the empty line at its end.
 */
@ThreadSafe
public interface EventProtocol {

  /** Returns the name that the query parameter {@code protocol} selects it by. */
  String name();

  /**
   * Reads the client's request.
   *
   * @throws ProblemException when the request is invalid; it is refused
   */
  Accepted accept(StreamRequest request) throws ProblemException;

  /** A valid request. */
  @FunctionalInterface
  interface Accepted {

    /**
     * Opens the session, which has no subscriptions yet.
     *
     * @param place the caller's connection lease; released when the session ends
     */
    EventSession open(
        SessionContext context, Transport transport, Caller caller, ConnectionLimiter.Permit place);
  }
}
