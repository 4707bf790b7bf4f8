package io.broadcasty.server.config;

import io.broadcasty.core.auth.jwt.IntrospectionSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.config.ConfigKey;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads how issuers are asked about their tokens. */
final class IntrospectionReader {

  private static final List<ConfigKey<String>> TEXTS =
      List.of(
          IssuerConfigKeys.INTROSPECTION_CLIENT_ID,
          IssuerConfigKeys.INTROSPECTION_SECRET,
          IssuerConfigKeys.INTROSPECTION_PREFIX);

  private final SettingsReader reader;

  IntrospectionReader(SettingsReader reader) {
    this.reader = reader;
  }

  /** Reads the settings of an issuer; null when it is not asked, or after a fault. */
  @Nullable IntrospectionSettings read(String id) {
    String endpoint = text(IssuerConfigKeys.INTROSPECTION_ENDPOINT, id);
    if (endpoint == null) {
      for (ConfigKey<String> key : TEXTS) {
        if (text(key, id) != null) {
          fault(key, id, "needs " + name(IssuerConfigKeys.INTROSPECTION_ENDPOINT, id));
        }
      }
      return null;
    }
    URI address = address(id, endpoint);
    String client = required(IssuerConfigKeys.INTROSPECTION_CLIENT_ID, id);
    String secret = required(IssuerConfigKeys.INTROSPECTION_SECRET, id);
    String prefix = text(IssuerConfigKeys.INTROSPECTION_PREFIX, id);
    if (address == null || client == null || secret == null) {
      return null;
    }
    return new IntrospectionSettings(
        address,
        client,
        secret,
        value(IssuerConfigKeys.INTROSPECTION_AUTH, id, "basic").equals("post"),
        value(IssuerConfigKeys.INTROSPECTION_TIMEOUT, id, Duration.ofSeconds(2)),
        value(IssuerConfigKeys.INTROSPECTION_CACHE, id, Duration.ZERO),
        prefix == null ? "" : prefix);
  }

  private @Nullable URI address(String id, String endpoint) {
    ConfigKey<String> key = IssuerConfigKeys.INTROSPECTION_ENDPOINT;
    URI address;
    try {
      address = URI.create(endpoint);
    } catch (IllegalArgumentException e) {
      reader.fault(key.ofId(id), "is no URL");
      return null;
    }
    if (!endpoint.matches("(?i)https?://.+")
        || address.getHost() == null
        || address.getRawUserInfo() != null
        || address.getRawFragment() != null) {
      fault(key, id, "must be a URL with a host, and without user or fragment");
      return null;
    }
    if (KeyLocation.isUnprotected(endpoint) && !value(IssuerConfigKeys.HTTP, id, true)) {
      fault(
          key,
          id,
          "would send tokens over http:, where they can be read on their way; use https:, or set "
              + name(IssuerConfigKeys.HTTP, id)
              + "=true if you trust the network between this server and the issuer");
      return null;
    }
    return address;
  }

  /** Requires that the tokens of issuers that are asked can be told apart. */
  void requireDistinct(List<IssuerSettings> issuers) {
    Map<String, String> owners = new HashMap<>();
    for (IssuerSettings each : issuers) {
      IntrospectionSettings asking = each.introspection();
      String other = asking == null ? null : owners.putIfAbsent(asking.prefix(), each.name());
      if (other != null) {
        fault(
            IssuerConfigKeys.INTROSPECTION_PREFIX,
            each.name(),
            "must differ from that of the issuer " + other);
      }
    }
  }

  private @Nullable String required(ConfigKey<String> key, String id) {
    String text = text(key, id);
    if (text == null) {
      fault(key, id, "is missing");
    }
    return text;
  }

  private @Nullable String text(ConfigKey<String> key, String id) {
    return reader
        .optional(key.ofId(id))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .orElse(null);
  }

  private <T> T value(ConfigKey<T> key, String id, T afterFault) {
    return reader.value(key.ofId(id), afterFault);
  }

  private static String name(ConfigKey<?> key, String id) {
    return key.ofId(id).name();
  }

  private void fault(ConfigKey<?> key, String id, String detail) {
    reader.fault(key.ofId(id), detail);
  }
}
