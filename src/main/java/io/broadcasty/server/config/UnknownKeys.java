package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds names in a configuration that look like keys of Broadcasty and are none. */
final class UnknownKeys {

  private static final String PREFIX = "broadcasty.";
  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_";

  /** Begins the keys of {@code broadcasty-cdi} in other applications of the same server. */
  private static final String CLIENT_PREFIX = ENVIRONMENT_PREFIX + "CLIENT_";

  private final ConfigSource source;
  private final Providers providers;

  UnknownKeys(ConfigSource source, Providers providers) {
    this.source = source;
    this.providers = providers;
  }

  /** Adds a sentence about each name to the faults. */
  void report(List<String> faults) {
    Set<String> known = new HashSet<>();
    for (ConfigKey<?> key : ConfigKeys.all(providers)) {
      known.add(key.environmentName());
    }
    Set<String> reported = new HashSet<>();
    for (String name : new TreeSet<>(source.names())) {
      String canonical = ConfigKey.environmentName(name);
      boolean ours = name.startsWith(PREFIX) || name.startsWith(ENVIRONMENT_PREFIX);
      boolean redisUrl =
          canonical.startsWith(ConfigKeys.REDIS_URL.environmentName() + "_"); // see REDIS_CONN
      if (ours
          && !redisUrl
          && !canonical.startsWith(CLIENT_PREFIX)
          && !TenantReader.isTenantKey(name)
          && !AppReader.isAppKey(name)
          && !MessagingReader.isMessagingKey(name)
          && !IssuerReader.isIssuerKey(name)
          && !OutboxSourceReader.isOutboxKey(name)
          && !known.contains(canonical)
          && reported.add(canonical)) {
        faults.add(name + ": there is no such key" + suggestion(canonical));
      }
    }
  }

  /** Suggests the key that has the longest prefix in common with an unknown name. */
  private String suggestion(String canonical) {
    ConfigKey<?> nearest = ConfigKeys.DEV;
    int longest = ENVIRONMENT_PREFIX.length();
    for (ConfigKey<?> key : ConfigKeys.all(providers)) {
      int common = commonPrefix(canonical, key.environmentName());
      if (common > longest) {
        longest = common;
        nearest = key;
      }
    }
    return longest == ENVIRONMENT_PREFIX.length()
        ? "; docs/config.md lists all keys"
        : "; did you mean "
            + nearest.name()
            + " (or "
            + nearest.environmentName()
            + ")? For example "
            + nearest.example();
  }

  private static int commonPrefix(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return length;
  }
}
