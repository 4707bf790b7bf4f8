package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
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

  static final ConfigKey<Duration> JWT_MAX_LIFE =
      new ConfigKey<>(
          "broadcasty.jwt.max-life",
          ConfigType.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
          null,
          "24h",
          "Longest life of a token, from iat to exp; tokens with a longer one are refused. A"
              + " revocation is kept for this long, until the tokens that it concerns have expired,"
              + " unless its request says otherwise. If unset, tokens may live for any time, and"
              + " revocations are kept for 365 days.");

  static final ConfigKey<String> UNKNOWN_TENANTS =
      new ConfigKey<>(
          "broadcasty.tenants.unknown",
          ConfigType.oneOf("accept", "create", "refuse"),
          "accept",
          "refuse",
          "Which tenants are served. accept: every tenant of a valid token. create: the same,"
              + " and a tenant that nobody has created is created at its first valid token, so"
              + " that operators find it in their list. refuse: the tenants"
              + " that operators have created (/broadcasty/admin/tenants), that have a key of their"
              + " own (broadcasty.tenant.{id}.…), and that of broadcasty.operator.tenant; callers"
              + " of others are refused with tenant_refused (403, or close code 4404).");

  static final ConfigKey<List<String>> MASTER_KEY =
      new ConfigKey<>(
          "broadcasty.master-key",
          ConfigType.LIST,
          null,
          "32 random bytes as base64",
          "Keys that encrypt the secrets of API keys in the database (AES-256-GCM), 32 bytes as"
              + " base64 each (openssl rand -base64 32). Without one there are no API keys. The"
              + " first key encrypts, all of them decrypt. To replace it, add the new key behind"
              + " the old one on every node, then move it in front on every node, call"
              + " /broadcasty/admin/keys/rotate-master, and remove the old one. Without the key"
              + " that has encrypted it, an API key has to be created anew.");

  static final ConfigKey<String> JWT_SECRET =
      new ConfigKey<>(
          "broadcasty.jwt.secret",
          ConfigType.TEXT,
          null,
          "a random text of 43 characters",
          "Secret of at least 32 bytes with which tokens are signed by HS256, for installations"
              + " without a token issuer. Everybody who knows it can sign tokens of any user, so a"
              + " key pair is better. With it there can be no public key, no JWK set and no other"
              + " algorithm.");

  static final ConfigKey<String> JWT_TENANT =
      new ConfigKey<>(
          "broadcasty.jwt.tenant",
          ConfigType.TEXT,
          null,
          "main",
          "Tenant of every token, for installations with one tenant: tokens then need no claim for"
              + " it, and one that they have is ignored.");

  static final ConfigKey<String> TENANT_CLAIM =
      new ConfigKey<>(
          "broadcasty.jwt.tenant-claim",
          ConfigType.TEXT,
          "tid",
          "/organization/id",
          "Claim that names the tenant: its name, or a JSON Pointer (RFC 6901) if it is inside"
              + " another claim.");

  static final ConfigKey<List<String>> ROLES_CLAIM =
      new ConfigKey<>(
          "broadcasty.jwt.roles-claim",
          ConfigType.LIST,
          "roles",
          "/realm_access/roles,/resource_access/broadcasty/roles",
          "Claims that contain the roles: names, or JSON Pointers (RFC 6901) if they are inside"
              + " other claims. Each is an array of strings, or a string with spaces between the"
              + " roles; the roles of all of them count.");

  static final ConfigKey<Boolean> TOKENS_IN_QUERY =
      new ConfigKey<>(
          "broadcasty.jwt.in-query",
          ConfigType.FLAG,
          null,
          "true",
          "Accepts the token of a stream in the query (access_token), where proxies, browsers and"
              + " access logs keep it. If unset, development mode accepts it, and otherwise it is"
              + " refused: clients send a header, a ticket or the cookie of a session instead.");

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
  static final List<ConfigKey<?>> ALL =
      List.of(
          REQUIRED_CLAIMS,
          JWT_MAX_LIFE,
          JWT_SECRET,
          JWT_TENANT,
          TENANT_CLAIM,
          ROLES_CLAIM,
          TOKENS_IN_QUERY,
          PROM,
          TLS,
          TENANT_HEADER,
          UNKNOWN_TENANTS,
          MASTER_KEY);

  private AccessConfigKeys() {}
}
