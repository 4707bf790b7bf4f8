package io.broadcasty.client;

import java.time.Duration;
import java.util.Optional;

/**
 * A request or a stream has failed. {@link #code} is what a program decides by: one of the codes of
 * the protocol ({@code protocol/codes.json}), such as {@code forbidden} or {@code rate_limited}, or
 * one of this client:
 *
 * <ul>
 *   <li>{@link #UNREACHABLE}: no server answered
 *   <li>{@link #UNEXPECTED}: something answered that is not Broadcasty, such as a proxy
 *   <li>{@link #CLOSED}: the client or stream has been closed
 * </ul>
 */
public final class BroadcastyException extends RuntimeException {

  /** No server answered: it is down, the address is wrong, or the network is. */
  public static final String UNREACHABLE = "unreachable";

  /** An answer is not one of Broadcasty's. */
  public static final String UNEXPECTED = "unexpected_answer";

  /** The client or stream has been closed. */
  public static final String CLOSED = "closed";

  private static final long serialVersionUID = 1L;

  private final String code;
  private final int status;
  private final Duration retryAfter;

  BroadcastyException(String code, int status, Duration retryAfter, String message) {
    this(code, status, retryAfter, message, null);
  }

  BroadcastyException(
      String code, int status, Duration retryAfter, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Returns the code, such as {@code forbidden}. */
  public String code() {
    return code;
  }

  /** Returns the status of HTTP; 0 if there was no answer. */
  public int status() {
    return status;
  }

  /** Returns how long to wait before another attempt, if the server said so. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns whether the same request may succeed later: no server answered, or one said that it is
   * overloaded, shutting down, cut off from its store, or that the caller is too fast.
   */
  public boolean isTemporary() {
    return code.equals(UNREACHABLE)
        || status == 408
        || status == 429
        || status == 502
        || status == 503
        || status == 504;
  }
}
