package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TenantReaderTest {

  private static final TenantId ACME = new TenantId("acme");

  private final ConfigMap config = new ConfigMap();
  private final Map<String, String> values = config.texts;

  {
    values.putAll(Map.of("broadcasty.jwt.public-key", "pem"));
  }

  @Test
  void unsetKeysHaveTheDefaults() {
    TenantSettings all =
        new TenantSettings(
            new TenantRates(
                new Rate(500, 5000),
                new Rate(1000, 10_000),
                new Rate(20_000, 100_000),
                new Rate(5_000_000, 20_000_000),
                new Rate(20_000_000, 80_000_000)),
            50_000,
            100,
            500,
            0,
            1 << 20,
            new PublishCaps(65_536, 100),
            new Retention(Duration.ofHours(1), 100_000, 64 << 20),
            new PresenceLimits(Duration.ofSeconds(60), 100_000, 2048),
            1_000_000,
            TenantState.ACTIVE);
    assertEquals(all, read().defaults());
    assertEquals(all, read().of(ACME));
    values.put("broadcasty.limits.batch", "7");
    values.put("broadcasty.tenant.acme.limits.user.burst", "3");
    TenantSettings seven = new TenantSettingsBuilder(all).maxBatch(7).build();
    assertEquals(seven, read().of(new TenantId("other")));
    assertEquals(new TenantSettingsBuilder(seven).userBurst(3).build(), read().of(ACME));
  }

  @Test
  void everyKeyOfTheTableChangesItsOwnSettingAndNoOther() {
    TenantSettings before = read().of(ACME);
    for (TenantKey<?> key : TenantKeys.ALL) {
      values.put("broadcasty.tenant.acme." + key.suffix(), key.key().example());
      TenantSettings with = read().of(ACME);
      assertEquals(changed(key, before), with, key.suffix());
      assertTrue(!with.equals(before), key.suffix() + " changes nothing");
      values.remove("broadcasty.tenant.acme." + key.suffix());
    }
  }

  private static <T> TenantSettings changed(TenantKey<T> key, TenantSettings base) {
    TenantSettingsBuilder settings = new TenantSettingsBuilder(base);
    key.set().accept(settings, key.key().type().parse(key.key().example()));
    return settings.build();
  }

  @Test
  void unknownTenantsAreServedUnlessRefused() {
    assertEquals(TenantState.ACTIVE, read().of(ACME).state());
    values.put("broadcasty.tenants.unknown", "refuse");
    values.put("broadcasty.operator.tenant", "operations");
    values.put("broadcasty.tenant.beta.limits.batch", "5");
    assertEquals(TenantState.UNKNOWN, read().of(ACME).state());
    assertEquals(TenantState.ACTIVE, read().of(new TenantId("beta")).state());
    assertEquals(5, batch("beta"));
    assertEquals(TenantState.ACTIVE, read().of(new TenantId("operations")).state());
    assertEquals(100, batch("operations"), "as configured for all");
  }

  @Test
  void acceptsEveryValidTenantId() {
    values.put("broadcasty.tenant.eu.Acme-1_x.limits.batch", "5");
    assertEquals(5, batch("eu.Acme-1_x"));
  }

  @Test
  void anEnvironmentVariableStandsForAnIdOfSmallLettersAndDigits() {
    values.put("BROADCASTY_TENANT_ACME_LIMITS_USER_PER_SECOND", "9");
    values.put("BROADCASTY_TENANT_ACME2_LIMITS_BATCH", "8");
    assertEquals(9, read().of(ACME).rates().user().perSecond());
    assertEquals(8, batch("acme2"));
  }

  @Test
  void ignoresANameDerivedFromAVariable() {
    values.put("BROADCASTY_TENANT_ACME_LIMITS_USER_PER_SECOND", "9");
    values.put("broadcasty.tenant.acme.limits.user.per.second", "9");
    assertEquals(9, read().of(ACME).rates().user().perSecond());
    assertEquals(Set.of(ACME), read().own().keySet());
  }

  @Test
  void aVariableOfAnAmbiguousIdNeedsAProperty() {
    values.put("BROADCASTY_TENANT_MY_SHOP_LIMITS_BATCH", "5");
    assertTrue(
        onlyFault().contains("set the property broadcasty.tenant.<id>.limits.batch"), onlyFault());
    values.put("broadcasty.tenant.my-shop.limits.batch", "6");
    assertEquals(6, batch("my-shop"));
  }

  @Test
  void reportsEveryFaultAtOnce() {
    values.put("broadcasty.tenant.acme.limits.batch", "0");
    values.put("broadcasty.tenant.acme.limits.user-per-second", "5");
    values.put("broadcasty.tenant.acme.redis.url", "redis://localhost");
    values.put("broadcasty.tenant.a/b.limits.batch", "5");
    values.put("broadcasty.tenant.limits.batch", "5");
    values.put("BROADCASTY_TENANT_ACME_LIMIT_BATCH", "5");
    List<String> faults = faults();
    assertEquals(6, faults.size(), faults.toString());
    assertTrue(
        faults.stream()
            .allMatch(
                f -> f.startsWith("broadcasty.tenant.") || f.startsWith("BROADCASTY_TENANT_")),
        faults.toString());
    assertFault(faults, "acme.limits.batch", "must be a whole number from 1 to 1000");
    assertFault(faults, "user-per-second", "did you mean ….limits.user.per-second?");
    assertFault(faults, "redis.url", "broadcasty.redis.url cannot be set for one tenant");
    assertFault(faults, "a/b", "is not a tenant id");
  }

  private static void assertFault(List<String> faults, String name, String what) {
    assertTrue(
        faults.stream().anyMatch(f -> f.contains(name) && f.contains(what)),
        () -> name + ": " + faults);
  }

  private int batch(String tenant) {
    return read().of(new TenantId(tenant)).publish().maxBatch();
  }

  private FixedTenantSettings read() {
    return SettingsReader.read(config).tenants();
  }

  private String onlyFault() {
    List<String> faults = faults();
    assertEquals(1, faults.size(), faults.toString());
    return faults.get(0);
  }

  private List<String> faults() {
    return assertThrows(InvalidConfigurationException.class, this::read).faults();
  }
}
