package io.broadcasty.core.auth.jwt;

import java.net.URI;
import java.time.Duration;

/**
 * Settings of an issuer that is asked about each of its tokens (RFC 7662).
 *
 * @param endpoint that is asked
 * @param clientId by which this server authenticates to it
 * @param secret of this client
 * @param inBody whether both are sent in the form, instead of {@code Authorization: Basic}
 * @param timeout for a whole exchange
 * @param cache how long an answer about a valid token counts; zero asks every time
 * @param prefix what the issuer's tokens begin with; empty for all that nothing else tells apart
 */
public record IntrospectionSettings(
    URI endpoint,
    String clientId,
    String secret,
    boolean inBody,
    Duration timeout,
    Duration cache,
    String prefix) {

  /** Omits the secret. */
  @Override
  public String toString() {
    return "IntrospectionSettings[" + endpoint + ", " + clientId + "]";
  }
}
