package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.TenantRefused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.tenant.TestTenantSettings;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServedTenantsTest {

  private static final TenantId ACME = new TenantId("acme");

  private final TestTenantSettings tenants = new TestTenantSettings();
  private Verdict inner =
      new Authenticated(
          new Caller(ACME, "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token"));
  private final ServedTenants served = new ServedTenants(token -> inner, tenants);

  @Test
  void aCallerOfAServedTenantPasses() {
    assertSame(inner, served.authenticate("token"));
  }

  @Test
  void theStateOfTheMomentCounts() {
    tenants.set(ACME, settings -> settings.state(TenantState.SUSPENDED));
    assertEquals(
        "this tenant is suspended; ask the operator of the service",
        assertInstanceOf(TenantRefused.class, served.authenticate("token")).reason());
    tenants.set(ACME, settings -> settings.state(TenantState.ACTIVE));
    assertSame(inner, served.authenticate("token", "192.0.2.1"));
  }

  @Test
  void anUnknownTenantIsRefusedWhereOnlyKnownOnesAreServed() {
    tenants.all(settings -> settings.state(TenantState.UNKNOWN));
    assertEquals(
        "this tenant does not exist; an operator has to create it",
        assertInstanceOf(TenantRefused.class, served.authenticate("token", "192.0.2.1")).reason());
  }

  @Test
  void anInvalidTokenTellsNothingOfItsTenant() {
    tenants.set(ACME, settings -> settings.state(TenantState.SUSPENDED));
    inner = new Refused("its signature is wrong", false);
    assertSame(inner, served.authenticate("token"));
  }
}
