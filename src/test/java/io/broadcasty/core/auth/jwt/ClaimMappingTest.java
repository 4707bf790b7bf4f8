package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.time.ManualTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests where tokens of different issuers have their tenant and roles. */
class ClaimMappingTest {

  private final ManualTime time = new ManualTime();

  private Verdict verdict(ClaimMapping mapping, Consumer<Map<String, Object>> change) {
    Map<String, Object> claims = TestTokens.claims(time.now());
    change.accept(claims);
    JwtSettings settings =
        TokenSettings.settings(
            TestTokens.pem(TestTokens.RSA), null, null, Set.of("RS256"), mapping);
    return new JwtAuthenticator(settings, time)
        .authenticate(TestTokens.sign(TestTokens.RSA, claims));
  }

  private Caller caller(ClaimMapping mapping, Consumer<Map<String, Object>> change) {
    return assertInstanceOf(Authenticated.class, verdict(mapping, change)).caller();
  }

  private String refusal(ClaimMapping mapping, Consumer<Map<String, Object>> change) {
    return assertInstanceOf(Refused.class, verdict(mapping, change)).reason();
  }

  private static ClaimMapping at(String tenant, String... roles) {
    return new ClaimMapping(
        null, new ClaimPath(tenant), List.of(roles).stream().map(ClaimPath::new).toList());
  }

  @Test
  void findsNestedClaimsAndNamesWithDotsAndSlashes() {
    Map<String, Object> claims =
        Map.of(
            "realm_access", Map.of("roles", List.of("a")),
            "https://example.com/roles", List.of("b"),
            "a/b", Map.of("m~n", "c"),
            "groups", List.of("x", Map.of("name", "y")));
    assertEquals(List.of("a"), new ClaimPath("/realm_access/roles").find(claims));
    assertEquals(List.of("b"), new ClaimPath("https://example.com/roles").find(claims));
    assertEquals("c", new ClaimPath("/a~1b/m~0n").find(claims));
    assertEquals("y", new ClaimPath("/groups/1/name").find(claims));
    for (String absent : List.of("/groups/2", "/groups/-1", "/groups/x", "/a~1b/m~0n/o", "x")) {
      assertNull(new ClaimPath(absent).find(claims), absent);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "/"})
  void refusesAPathToNothing(String text) {
    assertThrows(IllegalArgumentException.class, () -> new ClaimPath(text));
  }

  @Test
  void readsTenantAndRolesAsKeycloakSendsThem() {
    ClaimMapping keycloak =
        at("/organization/id", "/realm_access/roles", "/resource_access/broadcasty/roles");
    Caller caller =
        caller(
            keycloak,
            claims -> {
              claims.remove("tid");
              claims.remove("roles");
              claims.put("organization", Map.of("id", "globex"));
              claims.put("realm_access", Map.of("roles", List.of("member", "offline_access")));
              claims.put(
                  "resource_access", Map.of("broadcasty", Map.of("roles", List.of("publisher"))));
            });
    assertEquals("globex", caller.tenant().value());
    assertEquals(Set.of("member", "offline_access", "publisher"), caller.roles());
    assertTrue(refusal(keycloak, claims -> {}).contains("`/organization/id`"));
    String noRoles =
        refusal(keycloak, claims -> claims.put("organization", Map.of("id", "globex")));
    assertTrue(noRoles.contains("`/realm_access/roles`"), noRoles);
    assertTrue(
        refusal(
                keycloak,
                claims -> {
                  claims.put("organization", Map.of("id", "globex"));
                  claims.put("realm_access", Map.of("roles", List.of(1)));
                })
            .contains("wrong type"));
    assertTrue(
        refusal(
                keycloak,
                claims -> {
                  claims.put("organization", Map.of("id", "not a tenant"));
                  claims.put("realm_access", Map.of("roles", List.of()));
                })
            .startsWith("the claim `/organization/id`: "));
  }

  @Test
  void aFixedTenantNeedsNoClaimAndIgnoresOne() {
    ClaimMapping single =
        new ClaimMapping("main", new ClaimPath("tid"), List.of(new ClaimPath("roles")));
    assertEquals("main", caller(single, claims -> claims.remove("tid")).tenant().value());
    assertEquals("main", caller(single, claims -> {}).tenant().value());
    assertEquals("main", caller(single, claims -> claims.put("tid", 7)).tenant().value());
    String reason = refusal(single, claims -> claims.remove("roles"));
    assertTrue(reason.endsWith("needs `sub`, `roles`, `iat` and `exp`"), reason);
  }
}
