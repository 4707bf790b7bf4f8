package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdministrationTest {

  private final Administration operated =
      new Administration("operator", new TenantId("operations"));
  private final Administration alone = new Administration("operator", null);

  @ParameterizedTest
  @CsvSource({
    "acme, admin, true, false",
    "acme, operator, false, false",
    "acme, member, false, false",
    "operations, admin, true, false",
    "operations, operator, true, true",
  })
  void distinguishesAdministratorsAndOperators(
      String tenant, String role, boolean administrator, boolean operator) {
    Caller caller =
        new Caller(
            new TenantId(tenant),
            "ann",
            Set.of(role),
            Instant.EPOCH,
            Instant.MAX,
            Map.of(),
            "token");
    assertEquals(administrator, operated.isAdministrator(caller));
    assertEquals(operator, operated.isOperator(caller));
    Caller withKey =
        new Caller(
            caller.tenant(),
            caller.subject(),
            caller.roles(),
            caller.issuedAt(),
            caller.expiresAt(),
            caller.claims(),
            caller.token(),
            "id",
            "key",
            null);
    assertEquals(false, operated.isAdministrator(withKey));
    assertEquals(false, operated.isOperator(withKey));
    assertEquals(false, alone.isOperator(caller), "without a tenant of operators there are none");
  }
}
