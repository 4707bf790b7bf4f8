package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.PresenceLimits;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantRates;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of all tenants: the defaults, and those of tenants with keys of their own.
 *
 * <p>A key of a tenant is written {@code broadcasty.tenant.{id}.limits.batch}. The environment
 * variable {@code BROADCASTY_TENANT_ACME_LIMITS_BATCH} sets it for the id {@code acme}. It works
 * only for ids of lower-case letters and digits, since others cannot be reconstructed from the
 * variable.
 */
final class TenantReader {

  private static final Pattern RECOVERABLE_ID = Pattern.compile("[A-Z0-9]{1,64}");

  private static final Rate ONE = new Rate(1, 1);

  /** Initial values, which the keys' defaults replace except after a fault. */
  private static final TenantSettings PLACEHOLDER =
      new TenantSettings(
          new TenantRates(ONE, ONE, ONE, ONE, ONE),
          1,
          1,
          1,
          0,
          1,
          new PublishCaps(1, 1),
          new Retention(Duration.ofHours(1), 1, 1),
          new PresenceLimits(Duration.ofSeconds(1), 1, 1),
          0,
          TenantState.ACTIVE);

  private final SettingsReader reader;
  private final Map<String, TenantSettingsBuilder> tenants = new TreeMap<>();

  TenantReader(SettingsReader reader) {
    this.reader = reader;
  }

  /** Returns whether a name is that of a tenant's key, valid or not. */
  static boolean isTenantKey(String name) {
    return name.startsWith(TenantKeys.PREFIX) || name.startsWith(TenantKeys.ENVIRONMENT_PREFIX);
  }

  /**
   * Reads the settings.
   *
   * @param names of all keys that are set
   * @param operators the tenant of operators; null for none
   */
  FixedTenantSettings read(Set<String> names, @Nullable TenantId operators) {
    TenantSettingsBuilder defaults = new TenantSettingsBuilder(PLACEHOLDER);
    TenantKeys.ALL.forEach(key -> putDefault(key, defaults));
    boolean refused = reader.value(AccessConfigKeys.UNKNOWN_TENANTS, "accept").equals("refuse");
    TenantSettings ofKnown = defaults.build();
    Set<String> variables =
        names.stream()
            .filter(name -> name.startsWith(TenantKeys.ENVIRONMENT_PREFIX))
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : new TreeSet<>(names)) {
      if (name.startsWith(TenantKeys.PREFIX) && !isDerivedFromVariable(variables, name)) {
        readProperty(name, ofKnown);
      }
    }
    variables.forEach(variable -> readVariable(variable, names, ofKnown));
    Map<TenantId, TenantSettings> own = new HashMap<>();
    tenants.forEach((tenant, settings) -> own.put(new TenantId(tenant), settings.build()));
    if (!refused) {
      return new FixedTenantSettings(ofKnown, own);
    }
    if (operators != null) { // they create the others
      own.putIfAbsent(operators, ofKnown);
    }
    return new FixedTenantSettings(defaults.state(TenantState.UNKNOWN).build(), own);
  }

  /**
   * Returns whether the server has derived the name from a variable: some list {@code a.b.c}
   * besides {@code A_B_C}.
   */
  private static boolean isDerivedFromVariable(Set<String> variables, String name) {
    String variable = ConfigKey.environmentName(name);
    return variables.contains(variable)
        && name.equals(variable.toLowerCase(Locale.ROOT).replace('_', '.'));
  }

  private void readProperty(String name, TenantSettings defaults) {
    String rest = name.substring(TenantKeys.PREFIX.length());
    for (TenantKey<?> key : TenantKeys.ALL) {
      if (rest.endsWith("." + key.suffix())) {
        String tenant = rest.substring(0, rest.length() - key.suffix().length() - 1);
        if (isTenant(name, tenant)) {
          put(key, tenant, defaults);
        }
        return;
      }
    }
    reader.fault(name + ": there is no such key for tenants; " + hint(name));
  }

  private boolean isTenant(String name, String tenant) {
    try {
      return new TenantId(tenant).value().equals(tenant);
    } catch (IllegalArgumentException e) {
      reader.fault(name + ": `" + tenant + "` is not a tenant id: " + e.getMessage());
      return false;
    }
  }

  private void readVariable(String name, Set<String> names, TenantSettings defaults) {
    String rest = name.substring(TenantKeys.ENVIRONMENT_PREFIX.length());
    for (TenantKey<?> key : TenantKeys.ALL) {
      String suffix = "_" + ConfigKey.environmentName(key.suffix());
      if (rest.endsWith(suffix)) {
        String tenant = rest.substring(0, rest.length() - suffix.length());
        if (RECOVERABLE_ID.matcher(tenant).matches()) {
          put(key, tenant.toLowerCase(Locale.ROOT), defaults);
        } else if (names.stream().noneMatch(other -> isProperty(other, name))) {
          reader.fault(
              name
                  + ": the tenant is ambiguous, because a variable can name only ids of lower-case"
                  + " letters and digits; set the property "
                  + TenantKeys.PREFIX
                  + "<id>."
                  + key.suffix()
                  + " instead");
        }
        return;
      }
    }
    reader.fault(name + ": there is no such key for tenants; " + hint(name));
  }

  /**
   * Returns whether the variable stands for a property that is also set, which then defines the
   * tenant.
   */
  private static boolean isProperty(String name, String variable) {
    return name.startsWith(TenantKeys.PREFIX)
        && !isDerivedFromVariable(Set.of(variable), name)
        && ConfigKey.environmentName(name).equals(variable);
  }

  private <T> void putDefault(TenantKey<T> key, TenantSettingsBuilder defaults) {
    put(key, key.key(), defaults);
  }

  private <T> void put(TenantKey<T> key, String tenant, TenantSettings defaults) {
    put(
        key,
        key.forTenant(tenant),
        tenants.computeIfAbsent(tenant, t -> new TenantSettingsBuilder(defaults)));
  }

  private <T> void put(TenantKey<T> key, ConfigKey<T> from, TenantSettingsBuilder settings) {
    reader.optional(from).ifPresent(value -> key.set().accept(settings, value));
  }

  private static String hint(String name) {
    String canonical = ConfigKey.environmentName(name);
    for (TenantKey<?> key : TenantKeys.ALL) {
      if (canonical.endsWith("_" + ConfigKey.environmentName(key.suffix()))) {
        return "did you mean …." + key.suffix() + "?";
      }
    }
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      String suffix = key.environmentName().substring("BROADCASTY".length());
      if (canonical.endsWith(suffix)) {
        return key.name() + " cannot be set for one tenant";
      }
    }
    return "docs/config.md lists the keys that can be set for a tenant";
  }
}
