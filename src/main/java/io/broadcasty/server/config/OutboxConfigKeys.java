package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The keys of an outbox table that is read; {@code {id}} in a name stands for the source's id. */
final class OutboxConfigKeys {

  private static final String PREFIX = "broadcasty.outbox.{id}.";

  static final ConfigKey<String> DATASOURCE =
      new ConfigKey<>(
          PREFIX + "datasource",
          ConfigType.TEXT,
          null,
          "jdbc/orders",
          "JNDI name of the server's data source for the application's database, whose outbox table"
              + " is read (docs/howto/outbox.md). It may appear later than Broadcasty. Use this or"
              + " broadcasty.outbox.{id}.url.");

  static final ConfigKey<String> URL =
      new ConfigKey<>(
          PREFIX + "url",
          ConfigType.TEXT,
          null,
          "jdbc:postgresql://db.example.com/orders",
          "JDBC URL of the application's database. PostgreSQL tells a reader with a URL of new rows"
              + " at once (LISTEN).");

  static final ConfigKey<String> USER =
      new ConfigKey<>(
          PREFIX + "user",
          ConfigType.TEXT,
          null,
          "broadcasty",
          "User of broadcasty.outbox.{id}.url. It needs to read, insert, update and delete rows of"
              + " the tables that begin with broadcasty_outbox.");

  static final ConfigKey<String> PASSWORD =
      new ConfigKey<>(
          PREFIX + "password",
          ConfigType.TEXT,
          null,
          "secret",
          "Password of broadcasty.outbox.{id}.user.");

  static final ConfigKey<String> TENANT =
      new ConfigKey<>(
          PREFIX + "tenant",
          ConfigType.TEXT,
          null,
          "acme",
          "Tenant whose channels the rows are published to. Required for a source, except in"
              + " development mode, where it is demo.");

  static final ConfigKey<List<String>> CHANNELS =
      new ConfigKey<>(
          PREFIX + "channels",
          ConfigType.LIST,
          "*,private-*,private-encrypted-*,presence-*",
          "orders.*,stock",
          "Channels that rows may name, as names or patterns; a pattern matches channels of one"
              + " kind. Rows with other channels are set aside. Neither policies nor rates apply to"
              + " rows.");

  static final ConfigKey<Duration> POLL =
      new ConfigKey<>(
          PREFIX + "poll",
          ConfigType.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
          "250ms",
          "1s",
          "Longest time between two looks at an empty table, unless the database tells of new rows."
              + " The first looks after a row follow faster.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL =
      List.of(DATASOURCE, URL, USER, PASSWORD, TENANT, CHANNELS, POLL);

  private OutboxConfigKeys() {}
}
