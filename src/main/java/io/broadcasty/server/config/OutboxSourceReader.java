package io.broadcasty.server.config;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.outbox.OutboxSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sources of outbox rows. The keys of a source are written {@code
 * broadcasty.outbox.{id}.url}, where the id consists of lower-case letters and digits, so that the
 * environment variable {@code BROADCASTY_OUTBOX_ORDERS_URL} names it too.
 */
final class OutboxSourceReader {

  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_OUTBOX_";
  private static final Pattern NAME = Pattern.compile(ENVIRONMENT_PREFIX + "([A-Z0-9]{1,32})_(.+)");

  private final SettingsReader reader;
  private final boolean development;

  OutboxSourceReader(SettingsReader reader, boolean development) {
    this.reader = reader;
    this.development = development;
  }

  /** Returns whether a name is that of a source's key, valid or not. */
  static boolean isOutboxKey(String name) {
    return ConfigKey.environmentName(name).startsWith(ENVIRONMENT_PREFIX);
  }

  /**
   * Reads the sources.
   *
   * @param names of all keys that are set
   */
  List<OutboxSource> read(Set<String> names) {
    Set<String> ids = new TreeSet<>();
    for (String name : new TreeSet<>(names)) {
      if (!isOutboxKey(name)) {
        continue;
      }
      Matcher parts = NAME.matcher(ConfigKey.environmentName(name));
      if (!parts.matches()) {
        reader.fault(
            name
                + ": the keys of an outbox are written broadcasty.outbox.{id}.url, where the id"
                + " consists of up to 32 lower-case letters and digits");
      } else if (OutboxConfigKeys.ALL.stream().noneMatch(key -> isKey(key, parts.group(2)))) {
        reader.fault(name + ": there is no such key for outboxes; there are " + suffixes());
      } else {
        ids.add(parts.group(1).toLowerCase(Locale.ROOT));
      }
    }
    List<OutboxSource> sources = new ArrayList<>();
    for (String id : ids) {
      OutboxSource source = source(id);
      if (source != null) {
        sources.add(source);
      }
    }
    return sources;
  }

  private static boolean isKey(ConfigKey<?> key, String variable) {
    return ConfigKey.environmentName(key.nameAfterId()).equals(variable);
  }

  private static String suffixes() {
    return OutboxConfigKeys.ALL.stream()
        .map(ConfigKey::nameAfterId)
        .collect(Collectors.joining(", "));
  }

  /** Returns a source; null after a fault. */
  private @Nullable OutboxSource source(String id) {
    Optional<String> dataSource = reader.optional(OutboxConfigKeys.DATASOURCE.ofId(id));
    ConfigKey<String> urlKey = OutboxConfigKeys.URL.ofId(id);
    Optional<String> url = reader.optional(urlKey);
    if (dataSource.isPresent() == url.isPresent()) {
      reader.fault(
          urlKey, "set either this, or the datasource of the outbox, to where its table is");
      return null;
    }
    if (url.isPresent() && !url.get().matches("jdbc:(h2|postgresql|mysql|mariadb):.*")) {
      reader.fault(
          urlKey, "must begin with jdbc:h2:, jdbc:postgresql:, jdbc:mysql: or jdbc:mariadb:");
      return null;
    }
    ConfigKey<List<String>> channels = OutboxConfigKeys.CHANNELS.ofId(id);
    List<ChannelPattern> patterns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String text : reader.value(channels, List.of())) {
      try {
        if (ChannelPattern.isPattern(text)) {
          patterns.add(ChannelPattern.parse(text));
        } else {
          names.add(new ChannelName(text).value());
        }
      } catch (InvalidChannelException e) {
        reader.fault(channels, text + ": " + e.getMessage());
      }
    }
    TenantId tenant = tenant(id);
    return tenant == null
        ? null
        : new OutboxSource(
            id,
            tenant,
            dataSource.orElse(null),
            url.orElse(null),
            reader.optional(OutboxConfigKeys.USER.ofId(id)).orElse(""),
            reader.optional(OutboxConfigKeys.PASSWORD.ofId(id)).orElse(null),
            patterns,
            names,
            reader.value(OutboxConfigKeys.POLL.ofId(id), Duration.ofMillis(250)));
  }

  private @Nullable TenantId tenant(String id) {
    ConfigKey<String> key = OutboxConfigKeys.TENANT.ofId(id);
    String text = reader.optional(key).orElse(development ? Settings.DEVELOPMENT_TENANT : "");
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      reader.fault(key, text.isEmpty() ? "is missing" : String.valueOf(e.getMessage()));
      return null;
    }
  }
}
