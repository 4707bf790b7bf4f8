package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/** The configuration keys of publishing by other applications of the same server. */
public final class LocalConfigKeys {

  public static final ConfigKey<String> TENANT =
      new ConfigKey<>(
          "broadcasty.local.tenant",
          ConfigType.TEXT,
          null,
          "main",
          "Tenant for which other applications of the same server publish, without HTTP and without"
              + " a token. Without it that is the tenant of broadcasty.jwt.tenant or, in"
              + " development mode, demo; if there is neither, they have to use HTTP.");

  static final ConfigKey<List<String>> ROLES =
      new ConfigKey<>(
          "broadcasty.local.roles",
          ConfigType.LIST,
          "publisher",
          "publisher,orders",
          "Roles of these applications, by which the channel policy decides.");

  static final ConfigKey<String> SUBJECT =
      new ConfigKey<>(
          "broadcasty.local.subject",
          ConfigType.TEXT,
          "local",
          "order-desk",
          "Subject of these applications: the sender of their publications, and the user whose"
              + " limits they share.");

  /** The keys in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(TENANT, ROLES, SUBJECT);

  private LocalConfigKeys() {}
}
