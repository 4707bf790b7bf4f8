package io.broadcasty.server.config;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.messaging.ChannelTemplate;
import io.broadcasty.messaging.ConnectorSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the connectors to the server's messaging. The keys of one are written {@code
 * broadcasty.messaging.{id}.direction}, where the id consists of lower-case letters and digits, so
 * that the environment variable {@code BROADCASTY_MESSAGING_ORDERS_DIRECTION} names it too.
 */
final class MessagingReader {

  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_MESSAGING_";
  private static final Pattern NAME = Pattern.compile(ENVIRONMENT_PREFIX + "([A-Z0-9]{1,32})_(.+)");

  private final SettingsReader reader;

  MessagingReader(SettingsReader reader) {
    this.reader = reader;
  }

  /** Returns whether a name is that of a connector's key, valid or not. */
  static boolean isMessagingKey(String name) {
    return ConfigKey.environmentName(name).startsWith(ENVIRONMENT_PREFIX);
  }

  /**
   * Reads the connectors.
   *
   * @param names of all keys that are set
   */
  List<ConnectorSettings> read(Set<String> names) {
    Set<String> ids = new TreeSet<>();
    for (String name : new TreeSet<>(names)) {
      if (!isMessagingKey(name)) {
        continue;
      }
      Matcher parts = NAME.matcher(ConfigKey.environmentName(name));
      if (!parts.matches()) {
        reader.fault(
            name
                + ": the keys of a connector are written broadcasty.messaging.{id}.direction, where"
                + " the id consists of up to 32 lower-case letters and digits");
      } else if (MessagingConfigKeys.ALL.stream().noneMatch(key -> isKey(key, parts.group(2)))) {
        reader.fault(name + ": there is no such key for connectors; there are " + suffixes());
      } else {
        ids.add(parts.group(1).toLowerCase(Locale.ROOT));
      }
    }
    List<ConnectorSettings> connectors = new ArrayList<>();
    for (String id : ids) {
      ConnectorSettings connector = connector(id);
      if (connector != null) {
        connectors.add(connector);
      }
    }
    return List.copyOf(connectors);
  }

  private static boolean isKey(ConfigKey<?> key, String variable) {
    return ConfigKey.environmentName(key.nameAfterId()).equals(variable);
  }

  private static String suffixes() {
    return MessagingConfigKeys.ALL.stream()
        .map(ConfigKey::nameAfterId)
        .collect(Collectors.joining(", "));
  }

  /** Returns a connector; null after a fault. */
  private @Nullable ConnectorSettings connector(String id) {
    String direction = required(MessagingConfigKeys.DIRECTION, id);
    String factory = required(MessagingConfigKeys.FACTORY, id);
    String destination = required(MessagingConfigKeys.DESTINATION, id);
    TenantId tenant = tenant(id);
    List<ChannelPattern> channels = patterns(id);
    ConnectorSettings.Flow flow = "out".equals(direction) ? out(id, channels) : in(id, channels);
    if (direction == null
        || factory == null
        || destination == null
        || tenant == null
        || flow == null) {
      return null;
    }
    return new ConnectorSettings(
        id,
        tenant,
        new ConnectorSettings.Connection(
            factory,
            optional(MessagingConfigKeys.USER, id),
            optional(MessagingConfigKeys.PASSWORD, id),
            destination),
        flow);
  }

  private ConnectorSettings.@Nullable In in(String id, List<ChannelPattern> channels) {
    String template = required(MessagingConfigKeys.CHANNEL, id);
    String deadLetter = required(MessagingConfigKeys.DEAD_LETTER, id);
    List<String> roles = reader.value(key(MessagingConfigKeys.ROLES, id), List.of());
    String subscription = optional(MessagingConfigKeys.SUBSCRIPTION, id);
    if (template == null || deadLetter == null) {
      return null;
    }
    try {
      ChannelTemplate channel = new ChannelTemplate(template, channels);
      if (!channel.isFixed() && channels.isEmpty()) {
        reader.fault(
            key(MessagingConfigKeys.CHANNELS, id),
            "is missing, and the channel is chosen by messages");
        return null;
      }
      return new ConnectorSettings.In(channel, Set.copyOf(roles), deadLetter, subscription);
    } catch (InvalidChannelException e) {
      reader.fault(key(MessagingConfigKeys.CHANNEL, id), String.valueOf(e.getMessage()));
      return null;
    }
  }

  private ConnectorSettings.@Nullable Out out(String id, List<ChannelPattern> channels) {
    for (ConfigKey<String> key :
        List.of(
            MessagingConfigKeys.CHANNEL,
            MessagingConfigKeys.DEAD_LETTER,
            MessagingConfigKeys.SUBSCRIPTION)) {
      if (optional(key, id) != null) {
        reader.fault(key(key, id), "belongs to the direction in; remove it");
      }
    }
    if (channels.isEmpty()) {
      reader.fault(key(MessagingConfigKeys.CHANNELS, id), "is missing");
      return null;
    }
    return new ConnectorSettings.Out(channels);
  }

  private List<ChannelPattern> patterns(String id) {
    ConfigKey<List<String>> key = key(MessagingConfigKeys.CHANNELS, id);
    List<ChannelPattern> patterns = new ArrayList<>();
    for (String text : reader.value(key, List.of())) {
      try {
        patterns.add(ChannelPattern.parse(text));
      } catch (InvalidChannelException e) {
        reader.fault(key, String.valueOf(e.getMessage()));
      }
    }
    return patterns;
  }

  private @Nullable TenantId tenant(String id) {
    String text = required(MessagingConfigKeys.TENANT, id);
    if (text == null) {
      return null;
    }
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      reader.fault(key(MessagingConfigKeys.TENANT, id), String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable String required(ConfigKey<String> key, String id) {
    String text = optional(key, id);
    if (text == null && reader.source().get(key(key, id).name()).orElse("").isBlank()) {
      reader.fault(key(key, id), "is missing"); // otherwise it was wrong, and has been reported
    }
    return text;
  }

  private @Nullable String optional(ConfigKey<String> key, String id) {
    return reader.optional(key(key, id)).orElse(null);
  }

  private static <T> ConfigKey<T> key(ConfigKey<T> key, String id) {
    return key.ofId(id);
  }
}
