package io.broadcasty.transport.container;

import jakarta.servlet.ServletRequest;

/**
 * Tells which servers may reuse a request too early: when an asynchronous read ends, and the
 * request is completed, before the server's own threads have left it. Payara's next request on the
 * connection then fails or is misread; Open Liberty answers 200 to a request that nobody handled.
 */
public final class EarlyReuse {

  private EarlyReuse() {}

  /** Returns whether the server of this request may reuse it too early. */
  public static boolean isPossible(ServletRequest request) {
    return PayaraInternals.owns(request) || losesDispatches(request);
  }

  /** Returns whether the server may even lose a request that is dispatched again: Open Liberty. */
  public static boolean losesDispatches(ServletRequest request) {
    return OpenLibertyInternals.ownsRequest(ServerInternals.unwrap(request));
  }
}
