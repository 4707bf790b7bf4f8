package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The keys of a named issuer; {@code {id}} in a name stands for the issuer's name. */
final class IssuerConfigKeys {

  private static final String PREFIX = "broadcasty.issuers.{id}.";

  static final ConfigKey<String> ISSUER =
      new ConfigKey<>(
          PREFIX + "issuer",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/realms/main",
          "The issuer: the claim iss of its tokens, by which they are told from those of others."
              + " Unless another address is set, its keys are found by its discovery document, at"
              + " this URL followed by /.well-known/openid-configuration. Required for an issuer.");

  static final ConfigKey<String> DISCOVERY_URL =
      new ConfigKey<>(
          PREFIX + "discovery-url",
          ConfigType.TEXT,
          null,
          "http://keycloak:8080/realms/main/.well-known/openid-configuration",
          "URL of the discovery document, where it is not below the issuer. The document has to"
              + " name the issuer. Addresses in it are called only on the same host, or at public"
              + " addresses.");

  static final ConfigKey<String> JWKS_URL =
      new ConfigKey<>(
          PREFIX + "jwks-url",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/keys.json",
          "URL of the JWK set with the issuer's public keys, or the path of a file with it, instead"
              + " of a discovery document. Keys of a URL are fetched every 5 minutes, and at once"
              + " when a token names an unknown key. While they cannot be fetched, the known ones"
              + " stay in use.");

  static final ConfigKey<Boolean> HTTP =
      new ConfigKey<>(
          PREFIX + "http",
          ConfigType.FLAG,
          "false",
          "true",
          "Allows an address that begins with http: and names another machine. Whoever is on the"
              + " way can replace the keys and sign any token of this issuer.");

  static final ConfigKey<List<String>> ALGORITHMS =
      new ConfigKey<>(
          PREFIX + "algorithms",
          ConfigType.LIST,
          "RS256",
          "RS256,ES256",
          "Signature algorithms of the issuer's tokens, as in broadcasty.jwt.algorithms.");

  static final ConfigKey<List<String>> AUDIENCES =
      new ConfigKey<>(
          PREFIX + "audiences",
          ConfigType.LIST,
          null,
          "broadcasty",
          "Accepted audiences: the claim aud must contain at least one of them. If unset, aud is"
              + " not checked, so tokens that the issuer signs for other applications are accepted,"
              + " and the start logs a warning.");

  static final ConfigKey<Duration> SKEW =
      new ConfigKey<>(
          PREFIX + "skew",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "30s",
          "10s",
          "Tolerated difference between the clock of the issuer and the clock of this node.");

  static final ConfigKey<Duration> MAX_LIFE =
      new ConfigKey<>(
          PREFIX + "max-life",
          ConfigType.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
          null,
          "24h",
          "Longest life of a token of the issuer, as broadcasty.jwt.max-life.");

  static final ConfigKey<List<String>> REQUIRED_CLAIMS =
      new ConfigKey<>(
          PREFIX + "required-claims",
          ConfigType.LIST,
          "iat",
          "iat,jti,roles",
          "Claims that a token of the issuer must have besides user, tenant and exp. With roles,"
              + " one without roles is refused.");

  static final ConfigKey<List<String>> USER_CLAIM =
      new ConfigKey<>(
          PREFIX + "user-claim",
          ConfigType.LIST,
          "sub",
          "oid,sub",
          "Claim that names the user: its name, or a JSON Pointer (RFC 6901) if it is inside"
              + " another claim. Of several, the first that the token has counts.");

  static final ConfigKey<String> TENANT =
      new ConfigKey<>(
          PREFIX + "tenant",
          ConfigType.TEXT,
          null,
          "acme",
          "Tenant of every token of the issuer, whatever the token says.");

  static final ConfigKey<String> TENANT_CLAIM =
      new ConfigKey<>(
          PREFIX + "tenant-claim",
          ConfigType.TEXT,
          "tid",
          "organization",
          "Claim that names the tenant: its name, or a JSON Pointer (RFC 6901) if it is inside"
              + " another claim. It is a string, or an array or object with one element. The tenant"
              + " must be one of broadcasty.issuers.{id}.tenants.");

  static final ConfigKey<List<String>> TENANT_PREFIXES =
      new ConfigKey<>(
          PREFIX + "tenant-prefixes",
          ConfigType.LIST,
          null,
          "/tenants/",
          "Beginnings that are removed from the tenant's name in a token; the first that fits.");

  static final ConfigKey<List<String>> TENANT_MAP =
      new ConfigKey<>(
          PREFIX + "tenant-map",
          ConfigType.LIST,
          null,
          "9f1c7a52-0d3e-4b6a-8a57-3f1f0c9d2b11=acme",
          "Tenants by the names that the issuer has for them, each written foreign=own. Names that"
              + " are not listed stay as they are.");

  static final ConfigKey<List<String>> TENANTS =
      new ConfigKey<>(
          PREFIX + "tenants",
          ConfigType.LIST,
          null,
          "acme,beta",
          "Tenants whose users the issuer may sign in. A token of another one is refused with"
              + " tenant_refused (403), and written into the security log. * stands for every"
              + " tenant except that of broadcasty.operator.tenant. Required unless there is"
              + " broadcasty.issuers.{id}.tenant.");

  static final ConfigKey<List<String>> ROLES_CLAIM =
      new ConfigKey<>(
          PREFIX + "roles-claim",
          ConfigType.LIST,
          "roles",
          "/realm_access/roles,groups",
          "Claims that contain the roles, as in broadcasty.jwt.roles-claim. A token without them"
              + " has no roles.");

  static final ConfigKey<List<String>> ROLE_PREFIXES =
      new ConfigKey<>(
          PREFIX + "role-prefixes",
          ConfigType.LIST,
          null,
          "/,broadcasty-",
          "Beginnings that are removed from the names of roles; the first that fits.");

  static final ConfigKey<List<String>> ROLE_MAP =
      new ConfigKey<>(
          PREFIX + "role-map",
          ConfigType.LIST,
          null,
          "chat-users=participant",
          "Roles by the names that the issuer has for them, each written foreign=own.");

  static final ConfigKey<String> OTHER_ROLES =
      new ConfigKey<>(
          PREFIX + "other-roles",
          ConfigType.oneOf("keep", "drop"),
          "keep",
          "drop",
          "What happens to roles that broadcasty.issuers.{id}.role-map does not list. keep: they"
              + " count by their names. drop: they do not count, so that a role of the issuer that"
              + " happens to be called admin gives no rights here.");

  static final ConfigKey<List<String>> LOGOUT_AUDIENCES =
      new ConfigKey<>(
          PREFIX + "logout-audiences",
          ConfigType.LIST,
          null,
          "web",
          "Client ids of the applications that users sign in to. With it, the issuer's logout"
              + " tokens for one of them (the claim aud) end what the user has open"
              + " (POST /broadcasty/backchannel-logout). If unset, they are refused.");

  static final ConfigKey<String> LOGOUT_OF =
      new ConfigKey<>(
          PREFIX + "logout-of",
          ConfigType.oneOf("session", "user"),
          "session",
          "user",
          "What a logout token that names a session (the claim sid) ends. session: tokens with the"
              + " same sid. user: all tokens of the user until then, also on other devices; for"
              + " issuers whose access tokens have no sid.");

  static final ConfigKey<String> INTROSPECTION_ENDPOINT =
      new ConfigKey<>(
          PREFIX + "introspection.endpoint",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/oauth2/introspect",
          "URL at which the issuer says whether a token is valid (RFC 7662). With it, the issuer is"
              + " asked about its access tokens, which may have any form. Redirects are not"
              + " followed.");

  static final ConfigKey<String> INTROSPECTION_CLIENT_ID =
      new ConfigKey<>(
          PREFIX + "introspection.client-id",
          ConfigType.TEXT,
          null,
          "broadcasty",
          "Client by which this server authenticates to the endpoint. Required with it.");

  static final ConfigKey<String> INTROSPECTION_SECRET =
      new ConfigKey<>(
          PREFIX + "introspection.secret",
          ConfigType.TEXT,
          null,
          "…",
          "Secret of this client. Required with the endpoint.");

  static final ConfigKey<String> INTROSPECTION_AUTH =
      new ConfigKey<>(
          PREFIX + "introspection.auth",
          ConfigType.oneOf("basic", "post"),
          "basic",
          "post",
          "Where client id and secret are sent: in Authorization: Basic, or in the form.");

  static final ConfigKey<Duration> INTROSPECTION_TIMEOUT =
      new ConfigKey<>(
          PREFIX + "introspection.timeout",
          ConfigType.duration(Duration.ofMillis(100), Duration.ofSeconds(10)),
          "2s",
          "500ms",
          "Time for a whole question and its answer. Without an answer, the token is answered with"
              + " 503.");

  static final ConfigKey<Duration> INTROSPECTION_CACHE =
      new ConfigKey<>(
          PREFIX + "introspection.cache",
          ConfigType.duration(Duration.ZERO, Duration.ofSeconds(30)),
          "10s",
          "0s",
          "How long the answer about a valid token counts, within the token's life: a token that"
              + " the issuer revokes is accepted for as long. That a token is not valid counts for"
              + " at most 5 s. 0s asks for each request.");

  static final ConfigKey<String> INTROSPECTION_PREFIX =
      new ConfigKey<>(
          PREFIX + "introspection.token-prefix",
          ConfigType.TEXT,
          null,
          "acme_at_",
          "What the issuer's tokens begin with. It tells the tokens of several such issuers apart,"
              + " so that none is asked about those of another. One of them may have none.");

  static final ConfigKey<Boolean> DPOP_REQUIRED =
      new ConfigKey<>(
          PREFIX + "dpop-required",
          ConfigType.FLAG,
          "false",
          "true",
          "Refuses tokens of the issuer that are not bound to a key (DPoP, RFC 9449). Tokens that"
              + " are bound need a proof with each request, whatever this says.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL =
      List.of(
          ISSUER,
          DISCOVERY_URL,
          JWKS_URL,
          HTTP,
          ALGORITHMS,
          AUDIENCES,
          SKEW,
          MAX_LIFE,
          REQUIRED_CLAIMS,
          USER_CLAIM,
          TENANT,
          TENANT_CLAIM,
          TENANT_PREFIXES,
          TENANT_MAP,
          TENANTS,
          ROLES_CLAIM,
          ROLE_PREFIXES,
          ROLE_MAP,
          OTHER_ROLES,
          LOGOUT_AUDIENCES,
          LOGOUT_OF,
          INTROSPECTION_ENDPOINT,
          INTROSPECTION_CLIENT_ID,
          INTROSPECTION_SECRET,
          INTROSPECTION_AUTH,
          INTROSPECTION_TIMEOUT,
          INTROSPECTION_CACHE,
          INTROSPECTION_PREFIX,
          DPOP_REQUIRED);

  private IssuerConfigKeys() {}
}
