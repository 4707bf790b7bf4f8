package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The keys of webhooks. */
final class WebhookConfigKeys {

  static final ConfigKey<List<String>> HOSTS =
      new ConfigKey<>(
          "broadcasty.webhooks.allowed-hosts",
          ConfigType.LIST,
          null,
          "*.example.com,http://localhost:9090",
          "Hosts that webhooks may be sent to. A host name or *.domain allows https to public"
              + " addresses; an origin, such as http://localhost:9090, allows that one at any"
              + " address. If unset, every host with a public address is allowed over https.");

  static final ConfigKey<Duration> RETENTION =
      new ConfigKey<>(
          "broadcasty.webhooks.retention",
          ConfigType.duration(Duration.ofHours(1), Duration.ofDays(365)),
          "7d",
          "30d",
          "Time for which the messages of webhooks and their attempts are kept, and can be sent"
              + " again. A message that has not been delivered by then is deleted too.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(HOSTS, RETENTION);

  private WebhookConfigKeys() {}
}
