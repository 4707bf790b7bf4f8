package io.broadcasty.server.config;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.jwt.ClaimMapping;
import io.broadcasty.core.auth.jwt.IntrospectionSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.auth.jwt.LogoutSettings;
import io.broadcasty.core.auth.jwt.NameTranslation;
import io.broadcasty.core.auth.jwt.TenantScope;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the named issuers. The keys of an issuer are written {@code
 * broadcasty.issuers.{id}.issuer}, where the id consists of lower-case letters and digits, so that
 * the environment variable {@code BROADCASTY_ISSUERS_MAIN_ISSUER} names it too.
 */
final class IssuerReader {

  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_ISSUERS_";
  private static final Pattern NAME = Pattern.compile(ENVIRONMENT_PREFIX + "([A-Z0-9]{1,32})_(.+)");
  private static final String ANY = "*";

  private final SettingsReader reader;
  private final IntrospectionReader introspections;

  IssuerReader(SettingsReader reader) {
    this.reader = reader;
    this.introspections = new IntrospectionReader(reader);
  }

  /** Returns whether a name is that of an issuer's key, valid or not. */
  static boolean isIssuerKey(String name) {
    return ConfigKey.environmentName(name).startsWith(ENVIRONMENT_PREFIX);
  }

  /**
   * Reads the issuers.
   *
   * @param names of all keys that are set
   * @param operators the tenant of operators; null for none
   */
  List<IssuerSettings> read(Set<String> names, @Nullable TenantId operators) {
    Set<String> ids = new TreeSet<>();
    for (String name : new TreeSet<>(names)) {
      if (!isIssuerKey(name)) {
        continue;
      }
      Matcher parts = NAME.matcher(ConfigKey.environmentName(name));
      if (!parts.matches()) {
        reader.fault(
            name
                + ": the keys of an issuer are written broadcasty.issuers.{id}.issuer, where the id"
                + " consists of up to 32 lower-case letters and digits");
      } else if (IssuerConfigKeys.ALL.stream().noneMatch(key -> isKey(key, parts.group(2)))) {
        reader.fault(name + ": there is no such key for issuers; there are " + suffixes());
      } else {
        ids.add(parts.group(1).toLowerCase(Locale.ROOT));
      }
    }
    List<IssuerSettings> issuers = new ArrayList<>();
    Map<String, String> claimed = new HashMap<>();
    for (String id : ids) {
      IssuerSettings settings = issuer(id, operators);
      if (settings == null) {
        continue;
      }
      String other = claimed.putIfAbsent(settings.issuer(), id);
      if (other == null) {
        issuers.add(settings);
      } else {
        fault(IssuerConfigKeys.ISSUER, id, "is that of the issuer " + other + " too");
      }
    }
    introspections.requireDistinct(issuers);
    return List.copyOf(issuers);
  }

  private static boolean isKey(ConfigKey<?> key, String variable) {
    return ConfigKey.environmentName(key.nameAfterId()).equals(variable);
  }

  private static String suffixes() {
    return IssuerConfigKeys.ALL.stream()
        .map(ConfigKey::nameAfterId)
        .collect(Collectors.joining(", "));
  }

  /** Returns an issuer; null after a fault that leaves none. */
  private @Nullable IssuerSettings issuer(String id, @Nullable TenantId operators) {
    String issuer = value(IssuerConfigKeys.ISSUER, id, "");
    if (issuer.isEmpty()) {
      fault(IssuerConfigKeys.ISSUER, id, "is missing");
      return null;
    }
    String location = optional(IssuerConfigKeys.JWKS_URL, id);
    IntrospectionSettings introspection = introspections.read(id);
    boolean keys =
        introspection == null || !value(IssuerConfigKeys.LOGOUT_AUDIENCES, id, List.of()).isEmpty();
    JwtSettings tokens =
        new JwtSettings(
            null,
            location,
            location == null && keys ? discovery(id, issuer) : null,
            Set.copyOf(value(IssuerConfigKeys.ALGORITHMS, id, List.of("RS256"))),
            issuer,
            value(IssuerConfigKeys.AUDIENCES, id, List.of()),
            Set.copyOf(value(IssuerConfigKeys.REQUIRED_CLAIMS, id, List.of())),
            reader.count(ConfigKeys.JWT_MAX_LENGTH),
            reader.optional(IssuerConfigKeys.MAX_LIFE.ofId(id)).orElse(null),
            value(IssuerConfigKeys.SKEW, id, Duration.ZERO),
            reader.value(ConfigKeys.JWT_REMEMBER, Duration.ZERO),
            null,
            claims(id));
    requireProtected(id, tokens);
    return new IssuerSettings(
        id,
        tokens,
        scope(id, tokens.claims().fixedTenant(), operators),
        new LogoutSettings(
            value(IssuerConfigKeys.LOGOUT_AUDIENCES, id, List.of()),
            value(IssuerConfigKeys.LOGOUT_OF, id, "session").equals("user")),
        introspection,
        value(IssuerConfigKeys.DPOP_REQUIRED, id, true));
  }

  private @Nullable String discovery(String id, String issuer) {
    String document = optional(IssuerConfigKeys.DISCOVERY_URL, id);
    if (document == null && !issuer.matches("(?i)https?://[^\\s?#]+")) {
      fault(
          IssuerConfigKeys.ISSUER,
          id,
          "is no URL, so set "
              + IssuerConfigKeys.JWKS_URL.ofId(id).name()
              + " or "
              + IssuerConfigKeys.DISCOVERY_URL.ofId(id).name()
              + " too");
    }
    return document == null
        ? issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration"
        : document;
  }

  private void requireProtected(String id, JwtSettings tokens) {
    String address = tokens.location() == null ? tokens.discovery() : tokens.location();
    if (address != null
        && KeyLocation.isUnprotected(address)
        && !value(IssuerConfigKeys.HTTP, id, true)) {
      reader.fault(
          "the issuer "
              + id
              + ": keys over http: can be replaced on their way, and then tokens be forged; use"
              + " https:, or set "
              + IssuerConfigKeys.HTTP.ofId(id).name()
              + "=true if you trust the network between this server and the issuer");
    }
  }

  private ClaimMapping claims(String id) {
    return new ClaimMapping(
        fixedTenant(id),
        path(id, IssuerConfigKeys.TENANT_CLAIM, value(IssuerConfigKeys.TENANT_CLAIM, id, "tid")),
        true,
        paths(id, IssuerConfigKeys.ROLES_CLAIM),
        paths(id, IssuerConfigKeys.USER_CLAIM),
        new NameTranslation(
            value(IssuerConfigKeys.TENANT_PREFIXES, id, List.of()),
            table(id, IssuerConfigKeys.TENANT_MAP),
            true),
        new NameTranslation(
            value(IssuerConfigKeys.ROLE_PREFIXES, id, List.of()),
            table(id, IssuerConfigKeys.ROLE_MAP),
            value(IssuerConfigKeys.OTHER_ROLES, id, "keep").equals("keep")));
  }

  private @Nullable String fixedTenant(String id) {
    String text = optional(IssuerConfigKeys.TENANT, id);
    TenantId tenant = text == null ? null : tenant(id, IssuerConfigKeys.TENANT, text);
    return tenant == null ? null : tenant.value();
  }

  private TenantScope scope(String id, @Nullable String fixed, @Nullable TenantId operators) {
    List<String> listed = value(IssuerConfigKeys.TENANTS, id, List.of());
    Set<TenantId> names = new HashSet<>();
    for (String text : listed) {
      TenantId tenant = text.equals(ANY) ? null : tenant(id, IssuerConfigKeys.TENANTS, text);
      if (tenant != null) {
        names.add(tenant);
      }
    }
    if (fixed != null) {
      if (!listed.isEmpty()) {
        fault(IssuerConfigKeys.TENANTS, id, "must not be set beside the tenant of every token");
      }
      names.add(new TenantId(fixed));
    } else if (listed.isEmpty()) {
      fault(
          IssuerConfigKeys.TENANTS,
          id,
          "is missing: name the tenants whose users this issuer may sign in, or set "
              + IssuerConfigKeys.TENANT.ofId(id).name());
    }
    return new TenantScope(names, listed.contains(ANY), operators);
  }

  private @Nullable TenantId tenant(String id, ConfigKey<?> key, String text) {
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      fault(key, id, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private List<ClaimPath> paths(String id, ConfigKey<List<String>> key) {
    return value(key, id, List.of()).stream().map(each -> path(id, key, each)).toList();
  }

  private ClaimPath path(String id, ConfigKey<?> key, String text) {
    try {
      return new ClaimPath(text);
    } catch (IllegalArgumentException e) {
      fault(key, id, String.valueOf(e.getMessage()));
      return ClaimMapping.SUBJECT;
    }
  }

  private Map<String, String> table(String id, ConfigKey<List<String>> key) {
    Map<String, String> table = new HashMap<>();
    for (String entry : value(key, id, List.of())) {
      int equals = entry.lastIndexOf('=');
      if (equals < 1 || equals == entry.length() - 1) {
        fault(key, id, "must consist of entries written foreign=own");
      } else if (table.put(entry.substring(0, equals).strip(), entry.substring(equals + 1).strip())
          != null) {
        fault(key, id, "has two entries for the same foreign name");
      }
    }
    return table;
  }

  private <T> T value(ConfigKey<T> key, String id, T afterFault) {
    return reader.value(key.ofId(id), afterFault);
  }

  private @Nullable String optional(ConfigKey<String> key, String id) {
    return reader.optional(key.ofId(id)).map(String::strip).orElse(null);
  }

  private void fault(ConfigKey<?> key, String id, String detail) {
    reader.fault(key.ofId(id), detail);
  }
}
