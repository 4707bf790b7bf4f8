package io.broadcasty.transport.edge;

import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.transport.body.BodySettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the edge: which requests it accepts.
 *
 * @param allowedOrigins origins of browsers; {@code *} for any; the server's own origin is always
 *     allowed
 * @param allowedHeaders names of headers that their pages may send besides the usual ones; {@code
 *     *} for any
 * @param trustedProxies addresses and networks whose {@code X-Forwarded-For} is trusted
 * @param ipv6PrefixBits the length of the prefix by which IPv6 addresses are limited
 * @param maxPayloadBytes the longest payload with its meta, of tenants without a cap of their own
 * @param maxMessageBytes the longest request body or WebSocket message
 * @param nonceRequired whether a request that changes something must have a nonce
 * @param nonceWindow by how much its time may differ from the server's
 * @param metrics who may read the meters
 * @param bodies the limits of request bodies
 * @param tlsRequired whether requests that somebody may have read on their way are refused
 * @param tokensInQuery whether a stream may have its token in the query
 * @param tenantHeader the header that must name the tenant of the token, if a request has it; null
 *     for none
 */
public record EdgeSettings(
    List<String> allowedOrigins,
    List<String> allowedHeaders,
    List<String> trustedProxies,
    int ipv6PrefixBits,
    int maxPayloadBytes,
    int maxMessageBytes,
    boolean nonceRequired,
    Duration nonceWindow,
    MetricsAccess metrics,
    BodySettings bodies,
    boolean tlsRequired,
    boolean tokensInQuery,
    @Nullable String tenantHeader) {

  /**
   * The bytes that a publication may need besides its payload, mostly for headers with many
   * escapes.
   */
  public static final int ENVELOPE_BYTES = 16_384;

  /** By how much the time of a signed request may differ from the server's. */
  public static final Duration SIGNED_WINDOW = Duration.ofMinutes(5);

  /** By how much the time of a request that an app has signed may differ from the server's. */
  static final Duration APP_WINDOW = Duration.ofMinutes(10);

  public EdgeSettings {
    allowedOrigins = List.copyOf(allowedOrigins);
    allowedHeaders = List.copyOf(allowedHeaders);
    trustedProxies = List.copyOf(trustedProxies);
  }

  /** Returns how long a nonce is kept: until its time is out of the window on either side. */
  public Duration nonceRetention() {
    Duration longest = nonceWindow.compareTo(APP_WINDOW) > 0 ? nonceWindow : APP_WINDOW;
    return longest.multipliedBy(2).plusSeconds(1);
  }

  /** Returns the longest body with a single publication. */
  public int maxSingleBytes() {
    return maxPayloadBytes + ENVELOPE_BYTES;
  }

  /** Returns the longest body with a single publication of a tenant with these caps. */
  public static int maxSingleBytes(PublishCaps caps) {
    return caps.maxPayloadBytes() + ENVELOPE_BYTES;
  }
}
