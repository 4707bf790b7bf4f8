package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Charges the bytes of request bodies to their user and tenant: before the body is read when its
 * length is known, otherwise by whoever reads it.
 */
public final class BodyBytes {

  private static final String ATTRIBUTE = "broadcasty.body-bytes";

  private final RateLimiter limits;
  private final Caller caller;

  private BodyBytes(RateLimiter limits, Caller caller) {
    this.limits = limits;
    this.caller = caller;
  }

  /**
   * Charges a body whose length is known, and prepares {@link #charge} for one whose length is not.
   *
   * @throws ProblemException when a limit is exceeded
   */
  static void chargeAnnounced(
      ServletRequest request, HttpServletResponse response, RateLimiter limits, Caller caller)
      throws ProblemException {
    if (!limits.isEnabled()) {
      return;
    }
    BodyBytes bytes = new BodyBytes(limits, caller);
    long announced = request.getContentLengthLong();
    if (announced > 0) {
      bytes.take(announced, response);
    } else if (announced < 0) {
      request.setAttribute(ATTRIBUTE, bytes);
    }
  }

  /**
   * Charges bytes of a body whose length was not known. Does nothing for other bodies.
   *
   * @throws ProblemException when a limit is exceeded
   */
  public static void charge(ServletRequest request, long bytes) throws ProblemException {
    if (bytes > 0 && request.getAttribute(ATTRIBUTE) instanceof BodyBytes body) {
      body.take(bytes, null);
    }
  }

  private void take(long bytes, @Nullable HttpServletResponse response) throws ProblemException {
    RateLimiter.Verdict verdict = limits.tryAcquireBytes(caller.tenant(), caller.subject(), bytes);
    if (!verdict.granted()) {
      if (response != null) {
        ProblemWriter.rateLimit(response, verdict);
      }
      throw new ProblemException(ProblemMapper.throttled(verdict, bytes));
    }
  }
}
