package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/**
 * The keys of a connector to the server's messaging; {@code {id}} in a name stands for its name.
 */
final class MessagingConfigKeys {

  private static final String PREFIX = "broadcasty.messaging.{id}.";

  static final ConfigKey<String> DIRECTION =
      new ConfigKey<>(
          PREFIX + "direction",
          ConfigType.oneOf("in", "out"),
          null,
          "in",
          "Which way messages go: in publishes what a queue or topic of the server delivers, out"
              + " sends it what is published. Required for a connector.");

  static final ConfigKey<String> FACTORY =
      new ConfigKey<>(
          PREFIX + "connection-factory",
          ConfigType.TEXT,
          null,
          "java:/ConnectionFactory",
          "JNDI name of the server's connection factory, one without a pool. Required for a"
              + " connector.");

  static final ConfigKey<String> USER =
      new ConfigKey<>(
          PREFIX + "user",
          ConfigType.TEXT,
          null,
          "broadcasty",
          "User of the connection, where the connection factory has none.");

  static final ConfigKey<String> PASSWORD =
      new ConfigKey<>(
          PREFIX + "password",
          ConfigType.TEXT,
          null,
          "${ENV=MESSAGING_PASSWORD}",
          "Password of the user.");

  static final ConfigKey<String> DESTINATION =
      new ConfigKey<>(
          PREFIX + "destination",
          ConfigType.TEXT,
          null,
          "java:/jms/queue/orders",
          "JNDI name of the queue or topic. Required for a connector.");

  static final ConfigKey<String> SUBSCRIPTION =
      new ConfigKey<>(
          PREFIX + "subscription",
          ConfigType.TEXT,
          null,
          "broadcasty",
          "Name of a shared durable subscription of the topic, by which the messages of a topic"
              + " wait while no node runs, and all nodes together receive each once.");

  static final ConfigKey<String> TENANT =
      new ConfigKey<>(
          PREFIX + "tenant",
          ConfigType.TEXT,
          null,
          "acme",
          "Tenant whose channels the connector uses. Required for a connector.");

  static final ConfigKey<List<String>> ROLES =
      new ConfigKey<>(
          PREFIX + "roles",
          ConfigType.LIST,
          "publisher",
          "publisher,orders",
          "Roles of the connector, by which the channel policy decides.");

  static final ConfigKey<String> CHANNEL =
      new ConfigKey<>(
          PREFIX + "channel",
          ConfigType.TEXT,
          null,
          "orders.{region}",
          "Channel of the publications. A name in braces stands for the message's property of this"
              + " name: {region} for one segment, a {channel} alone for the whole name. Required"
              + " for the direction in.");

  static final ConfigKey<List<String>> CHANNELS =
      new ConfigKey<>(
          PREFIX + "channels",
          ConfigType.LIST,
          null,
          "orders.*",
          "Patterns of the channels: those that messages may choose or, for the direction out,"
              + " those whose publications are sent. Required for out, and where the channel has a"
              + " name in braces.");

  static final ConfigKey<String> DEAD_LETTER =
      new ConfigKey<>(
          PREFIX + "dead-letter",
          ConfigType.TEXT,
          null,
          "java:/jms/queue/orders-failed",
          "JNDI name of the queue to which messages go that cannot be published, with the reason as"
              + " the property broadcasty_reason. Required for the direction in.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL =
      List.of(
          DIRECTION,
          FACTORY,
          USER,
          PASSWORD,
          DESTINATION,
          SUBSCRIPTION,
          TENANT,
          ROLES,
          CHANNEL,
          CHANNELS,
          DEAD_LETTER);

  private MessagingConfigKeys() {}
}
