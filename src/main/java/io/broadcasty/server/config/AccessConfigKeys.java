package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/** The keys of which requests are answered at all. */
final class AccessConfigKeys {

  static final ConfigKey<List<String>> REQUIRED_CLAIMS =
      new ConfigKey<>(
          "broadcasty.jwt.required-claims",
          ConfigType.LIST,
          "sub,tid,roles,iat,exp",
          "sub,tid,exp,jti",
          "Claims that a token must have. Any claim can be added. roles and iat can be left out;"
              + " then a token without them has no roles, or may have been issued at any time. sub,"
              + " tid and exp are needed in any case.");

  static final ConfigKey<Boolean> PROM =
      new ConfigKey<>(
          "broadcasty.prom",
          ConfigType.FLAG,
          "true",
          "false",
          "Serves the meters for Prometheus at /broadcasty/metrics. If false, that address does not"
              + " exist.");

  static final ConfigKey<String> TLS =
      new ConfigKey<>(
          "broadcasty.tls",
          ConfigType.oneOf("optional", "require"),
          "optional",
          "require",
          "Whether a request must be encrypted on its way. require refuses with tls_required (403)"
              + " what comes over plain HTTP, except from this machine, or from a proxy of"
              + " broadcasty.trusted-proxies that says https in X-Forwarded-Proto or Forwarded.");

  static final ConfigKey<String> TENANT_HEADER =
      new ConfigKey<>(
          "broadcasty.tenancy.header",
          ConfigType.TEXT,
          null,
          "X-Tenant-Id",
          "Name of a header in which gateways or back ends name the tenant of a request. A request"
              + " that has it is refused with forbidden (403) unless its token is of that tenant."
              + " It never replaces the tenant of the token.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(REQUIRED_CLAIMS, PROM, TLS, TENANT_HEADER);

  private AccessConfigKeys() {}
}
