package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/** The configuration keys of the rates of tenants and of bytes. */
final class RateConfigKeys {

  private static final ConfigType<Long> COUNT = ConfigType.number(1, 1_000_000_000);
  private static final ConfigType<Long> BYTES = ConfigType.number(1024, 1_000_000_000_000L);

  private static final String ON_ALL_NODES =
      " The limit counts all nodes together with Redis, otherwise each node.";

  static final ConfigKey<Long> CHANNELS_PER_TENANT =
      new ConfigKey<>(
          "broadcasty.limits.channels-per-tenant",
          ConfigType.number(0, 1_000_000_000),
          "0",
          "10000",
          "Maximum number of channels of one tenant that keep publications, in the store that the"
              + " nodes share. A publication that would create another one is refused with"
              + " channel_quota (403). 0 means no limit. A channel without publications counts"
              + " until it is forgotten, after a day.");

  static final ConfigKey<Long> TENANT_PER_SECOND =
      new ConfigKey<>(
          "broadcasty.limits.tenant.per-second",
          COUNT,
          "20000",
          "100",
          "Publications, subscriptions, replays, presence requests and push requests per second"
              + " that all users of a tenant together may make on average. Beyond it they are"
              + " refused with rate_limited (429)."
              + ON_ALL_NODES);

  static final ConfigKey<Long> TENANT_BURST =
      new ConfigKey<>(
          "broadcasty.limits.tenant.burst",
          COUNT,
          "100000",
          "100",
          "Publications, subscriptions, replays, presence requests and push requests that all"
              + " users of a tenant together may make at once before"
              + " broadcasty.limits.tenant.per-second applies.");

  static final ConfigKey<Long> USER_BYTES_PER_SECOND =
      new ConfigKey<>(
          "broadcasty.limits.user-bytes-per-second",
          BYTES,
          "5000000",
          "100000",
          "Bytes per second that one user may send on average: request bodies and WebSocket"
              + " messages, of which each command counts for at least 256 bytes. Beyond it they are"
              + " refused with rate_limited (429)."
              + ON_ALL_NODES);

  static final ConfigKey<Long> USER_BYTES_BURST =
      new ConfigKey<>(
          "broadcasty.limits.user-bytes-burst",
          BYTES,
          "20000000",
          "400000",
          "Bytes that one user may send at once before broadcasty.limits.user-bytes-per-second"
              + " applies. A larger body or message is refused with payload_too_large (413).");

  static final ConfigKey<Long> TENANT_BYTES_PER_SECOND =
      new ConfigKey<>(
          "broadcasty.limits.tenant-bytes-per-second",
          BYTES,
          "20000000",
          "1000000",
          "Bytes per second that all users of a tenant together may send on average. Beyond it"
              + " request bodies and WebSocket messages are refused with rate_limited (429)."
              + ON_ALL_NODES);

  static final ConfigKey<Long> TENANT_BYTES_BURST =
      new ConfigKey<>(
          "broadcasty.limits.tenant-bytes-burst",
          BYTES,
          "80000000",
          "4000000",
          "Bytes that all users of a tenant together may send at once before"
              + " broadcasty.limits.tenant-bytes-per-second applies. A larger body or message is"
              + " refused with payload_too_large (413).");

  static final ConfigKey<Long> ADDRESS_PREFIX =
      new ConfigKey<>(
          "broadcasty.limits.address-prefix",
          ConfigType.number(16, 128),
          "64",
          "56",
          "Length of the prefix by which IPv6 addresses are limited: all addresses with the same"
              + " prefix count as one client address, since a client chooses among them. Providers"
              + " that give a customer a /56 or a /48 let him choose among more.");

  static final ConfigKey<Long> UNAUTHENTICATED =
      new ConfigKey<>(
          "broadcasty.limits.unauthenticated-connections",
          ConfigType.number(1, 100_000),
          "2000",
          "500",
          "Maximum number of WebSockets of this node that opened without a token and have not sent"
              + " connect yet. A handshake without a token beyond it is refused with overloaded"
              + " (503).");

  static final ConfigKey<Long> UNAUTHENTICATED_PER_ADDRESS =
      new ConfigKey<>(
          "broadcasty.limits.unauthenticated-connections-per-address",
          ConfigType.number(1, 100_000),
          "100",
          "20",
          "Maximum number of WebSockets of one client address on this node that opened without a"
              + " token and have not sent connect yet. A handshake without a token beyond it is"
              + " refused with rate_limited (429).");

  static final ConfigKey<Long> UNAUTHENTICATED_PER_SECOND =
      new ConfigKey<>(
          "broadcasty.limits.unauthenticated-connects.per-second",
          COUNT,
          "1000",
          "100",
          "WebSocket handshakes without a token per second that this node accepts on average, from"
              + " all clients together. Beyond it they are refused with overloaded (503).");

  static final ConfigKey<Long> UNAUTHENTICATED_BURST =
      new ConfigKey<>(
          "broadcasty.limits.unauthenticated-connects.burst",
          COUNT,
          "5000",
          "200",
          "WebSocket handshakes without a token that this node accepts at once before"
              + " broadcasty.limits.unauthenticated-connects.per-second applies.");

  /** Every key, in the order of the reference. */
  static final List<ConfigKey<?>> ALL =
      List.of(
          TENANT_PER_SECOND,
          TENANT_BURST,
          USER_BYTES_PER_SECOND,
          USER_BYTES_BURST,
          TENANT_BYTES_PER_SECOND,
          TENANT_BYTES_BURST,
          CHANNELS_PER_TENANT,
          ADDRESS_PREFIX,
          UNAUTHENTICATED,
          UNAUTHENTICATED_PER_ADDRESS,
          UNAUTHENTICATED_PER_SECOND,
          UNAUTHENTICATED_BURST);

  private RateConfigKeys() {}
}
