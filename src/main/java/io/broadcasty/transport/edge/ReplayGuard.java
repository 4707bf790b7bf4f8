package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that was sent before, by its nonce and time. Where these are not signed, it
 * protects against replay of an observed request, not against somebody with the token.
 */
final class ReplayGuard {

  static final String NONCE = "Broadcasty-Nonce";
  static final String TIMESTAMP = "Broadcasty-Timestamp";

  private static final System.Logger LOG = System.getLogger(ReplayGuard.class.getName());
  private static final Pattern FORM = Pattern.compile("[\\x21-\\x7E]{8,128}");

  private final NonceStore nonces;
  private final boolean required;
  private final long windowMillis;

  /**
   * Creates a guard.
   *
   * @param required whether requests without a nonce are refused
   * @param window by how much a request's time may differ from the server's
   */
  ReplayGuard(NonceStore nonces, boolean required, Duration window) {
    this.nonces = nonces;
    this.required = required;
    this.windowMillis = window.toMillis();
  }

  /**
   * Returns why the request is refused; null when it is accepted.
   *
   * @param nonce the header's value; null when there is none
   * @param timestamp in seconds since 1970
   */
  @Nullable Problem check(
      Caller caller, @Nullable String nonce, @Nullable String timestamp, long nowMillis) {
    if (nonce == null && timestamp == null && !required) {
      return null;
    }
    if (nonce == null || timestamp == null) {
      return Problem.of(
          Code.INVALID_REQUEST,
          "send both headers: `"
              + NONCE
              + "` (8 to 128 characters, another for each request) and `"
              + TIMESTAMP
              + "` (seconds since 1970)");
    }
    if (!FORM.matcher(nonce).matches()) {
      return Problem.of(
          Code.INVALID_REQUEST, "`" + NONCE + "` must be 8 to 128 ASCII characters without blanks");
    }
    long sentMillis;
    try {
      sentMillis = Math.multiplyExact(Long.parseLong(timestamp), 1000L);
    } catch (NumberFormatException | ArithmeticException e) {
      LOG.log(Level.TRACE, "Not a time", e);
      return Problem.of(
          Code.INVALID_REQUEST, "`" + TIMESTAMP + "` must be a whole number of seconds since 1970");
    }
    if (Math.abs(nowMillis - sentMillis) > windowMillis) {
      return Problem.of(
          Code.REPLAYED,
          "`"
              + TIMESTAMP
              + "` is more than "
              + windowMillis / 1000
              + " s from the server's clock; send the current time");
    }
    try {
      return nonces.tryUse(caller.tenant(), caller.subject(), nonce)
          ? null
          : Problem.of(
              Code.REPLAYED, "this nonce was used before; send another one with each request");
    } catch (AuthenticationUnavailableException e) {
      LOG.log(Level.DEBUG, "Cannot check nonces", e);
      return new Problem(
          Code.UNAVAILABLE, "nonces cannot be checked at the moment", Duration.ofSeconds(1));
    }
  }
}
