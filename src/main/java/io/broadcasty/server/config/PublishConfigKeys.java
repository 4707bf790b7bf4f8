package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/** The configuration keys of publishing. */
final class PublishConfigKeys {

  static final ConfigKey<Boolean> SENDER =
      new ConfigKey<>(
          "broadcasty.publish.sender",
          ConfigType.FLAG,
          "false",
          "true",
          "Stamps every publication with its sender, the subject of the publisher's token, which no"
              + " publisher can choose. A PolicyResolver can do so for single channels.");

  /** The keys in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(SENDER);

  private PublishConfigKeys() {}
}
