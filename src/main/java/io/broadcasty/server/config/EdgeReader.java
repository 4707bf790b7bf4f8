package io.broadcasty.server.config;

import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.transport.body.BodySettings;
import io.broadcasty.transport.edge.ClientAddressResolver;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.MetricsAccess;
import io.broadcasty.transport.edge.OriginPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the settings of the edge. */
final class EdgeReader {

  /** The minimum length of a secret, in characters. */
  private static final int MIN_SECRET = 16;

  private final SettingsReader reader;

  EdgeReader(SettingsReader reader) {
    this.reader = reader;
  }

  EdgeSettings read(TenantSettings defaults, boolean development) {
    return new EdgeSettings(
        origins(),
        headers(),
        proxies(),
        reader.count(RateConfigKeys.ADDRESS_PREFIX),
        defaults.publish().maxPayloadBytes(),
        reader.count(ConfigKeys.MESSAGE_BYTES),
        reader.value(ConfigKeys.NONCE_REQUIRED, false),
        reader.value(ConfigKeys.NONCE_WINDOW, Duration.ofSeconds(60)),
        metricsAccess(),
        new BodySettings(
            reader.count(ConfigKeys.MESSAGE_BYTES),
            reader.value(ConfigKeys.BODY_TIMEOUT, Duration.ofSeconds(1)),
            reader.count(ConfigKeys.SLOW_BODIES_PER_USER),
            reader.count(ConfigKeys.SLOW_BODIES_PER_ADDRESS)),
        reader.value(AccessConfigKeys.TLS, "optional").equals("require"),
        reader.optional(AccessConfigKeys.TOKENS_IN_QUERY).orElse(development),
        tenantHeader());
  }

  private List<String> origins() {
    List<String> origins = reader.optional(ConfigKeys.ALLOWED_ORIGINS).orElse(List.of());
    for (String origin : origins) {
      if (!OriginPolicy.isOrigin(origin)) {
        reader.fault(
            ConfigKeys.ALLOWED_ORIGINS.name()
                + ": `"
                + origin
                + "` is not an origin; write a scheme and a host without a path, such as"
                + " https://app.example.com, https://*.example.com or capacitor://localhost");
      }
    }
    return origins;
  }

  private List<String> headers() {
    List<String> headers = reader.optional(ConfigKeys.ALLOWED_HEADERS).orElse(List.of());
    for (String header : headers) {
      if (!OriginPolicy.isHeader(header)) {
        reader.fault(
            ConfigKeys.ALLOWED_HEADERS.name()
                + ": `"
                + header
                + "` is not the name of a header; write names such as X-Request-ID, or *");
      }
    }
    return headers;
  }

  private List<String> proxies() {
    List<String> proxies = reader.optional(ConfigKeys.TRUSTED_PROXIES).orElse(List.of());
    try {
      new ClientAddressResolver(proxies);
    } catch (IllegalArgumentException e) {
      reader.fault(
          ConfigKeys.TRUSTED_PROXIES.name()
              + ": "
              + e.getMessage()
              + "; write addresses and networks such as 10.0.0.0/8,192.168.1.7");
      return List.of();
    }
    return proxies;
  }

  private @Nullable String tenantHeader() {
    String name = reader.optional(AccessConfigKeys.TENANT_HEADER).map(String::strip).orElse(null);
    if (name != null && !name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
      reader.fault(
          AccessConfigKeys.TENANT_HEADER.name()
              + ": must be the name of a header, such as "
              + AccessConfigKeys.TENANT_HEADER.example());
    }
    return name;
  }

  private MetricsAccess metricsAccess() {
    String token = reader.optional(ConfigKeys.METRICS_TOKEN).orElse(null);
    if (token != null && token.length() < MIN_SECRET) {
      reader.fault(
          ConfigKeys.METRICS_TOKEN.name()
              + " (or "
              + ConfigKeys.METRICS_TOKEN.environmentName()
              + "): must have at least "
              + MIN_SECRET
              + " characters, so that it cannot be guessed; openssl rand -hex 32 makes one");
    }
    boolean open = reader.value(ConfigKeys.METRICS_PUBLIC, false);
    boolean served = reader.value(AccessConfigKeys.PROM, true);
    if (!served && (open || token != null)) {
      reader.fault(
          AccessConfigKeys.PROM.name()
              + " (or "
              + AccessConfigKeys.PROM.environmentName()
              + "): false turns off the address that "
              + (open ? ConfigKeys.METRICS_PUBLIC.name() : ConfigKeys.METRICS_TOKEN.name())
              + " gives access to; remove one of them");
    }
    return new MetricsAccess(served, open, token);
  }
}
