package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.jwt.IntrospectionSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.LogoutSettings;
import io.broadcasty.core.tenant.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssuerReaderTest {

  private static final Map<String, String> MAIN =
      Map.of(
          "broadcasty.issuers.main.issuer", "https://sso.example.com/realms/main",
          "broadcasty.issuers.main.tenants", "acme,beta");

  private static Settings settings(Map<String, String> more) {
    ConfigMap configuration = new ConfigMap();
    configuration.texts.putAll(MAIN);
    configuration.texts.putAll(more);
    return SettingsReader.read(configuration);
  }

  private static String faults(Map<String, String> more) {
    return String.join(
        "\n", assertThrows(InvalidConfigurationException.class, () -> settings(more)).faults());
  }

  @Test
  void anIssuerAndItsTenantsAreEnough() {
    Settings settings = settings(Map.of());
    assertFalse(settings.jwt().hasKeys(), "no other tokens are accepted");
    assertEquals(1, settings.issuers().size());
    IssuerSettings main = settings.issuers().get(0);
    assertEquals("main", main.name());
    assertEquals("https://sso.example.com/realms/main", main.issuer());
    assertEquals(
        "https://sso.example.com/realms/main/.well-known/openid-configuration",
        main.tokens().discovery());
    assertEquals(Set.of("RS256"), main.tokens().algorithms());
    assertEquals(Duration.ofSeconds(30), main.tokens().skew());
    assertTrue(main.tenants().contains(new TenantId("beta")));
    assertFalse(main.tenants().contains(new TenantId("gamma")));
    assertEquals(List.of(main.tokens()), settings.allTokens());
    assertEquals(LogoutSettings.OFF, main.logout());
  }

  @Test
  void readsVariablesBesideOtherSettings() {
    Settings settings =
        settings(
            Map.of(
                "BROADCASTY_JWT_JWKS_URL", "https://old.example.com/keys",
                "BROADCASTY_ISSUERS_ENTRA_ISSUER", "https://login.example.com/x/v2.0",
                "BROADCASTY_ISSUERS_ENTRA_JWKS_URL", "https://login.example.com/x/keys",
                "BROADCASTY_ISSUERS_ENTRA_TENANT", "beta",
                "BROADCASTY_ISSUERS_ENTRA_USER_CLAIM", "oid,sub",
                "BROADCASTY_ISSUERS_ENTRA_ROLE_MAP", "Broadcasty.Admin=admin, a=b = c",
                "BROADCASTY_ISSUERS_ENTRA_SKEW", "2m",
                "BROADCASTY_ISSUERS_ENTRA_LOGOUT_AUDIENCES", "web,mobile",
                "broadcasty.issuers.entra.role.map", "derived by the server"));
    assertTrue(settings.jwt().hasKeys());
    assertEquals(
        List.of("entra", "main"), settings.issuers().stream().map(IssuerSettings::name).toList());
    IssuerSettings entra = settings.issuers().get(0);
    assertEquals(new LogoutSettings(List.of("web", "mobile"), false), entra.logout());
    assertEquals("https://login.example.com/x/keys", entra.tokens().location());
    assertEquals("beta", entra.tokens().claims().fixedTenant());
    assertTrue(entra.tenants().contains(new TenantId("beta")));
    assertFalse(entra.tenants().contains(new TenantId("acme")));
    assertEquals(
        List.of(new ClaimPath("oid"), new ClaimPath("sub")), entra.tokens().claims().user());
    assertEquals(
        Map.of("Broadcasty.Admin", "admin", "a=b", "c"),
        entra.tokens().claims().roleNames().table());
    assertEquals(Duration.ofSeconds(30 + 120), settings.session().expiryNotice());
  }

  @Test
  void aStarDoesNotContainTheTenantOfOperators() {
    Map<String, String> any =
        Map.of("broadcasty.operator.tenant", "ops", "broadcasty.issuers.main.tenants", "*");
    IssuerSettings issuer = settings(any).issuers().get(0);
    assertTrue(issuer.tenants().contains(new TenantId("acme")));
    assertFalse(issuer.tenants().contains(new TenantId("ops")));
    Map<String, String> both =
        Map.of("broadcasty.operator.tenant", "ops", "broadcasty.issuers.main.tenants", "*,ops");
    assertTrue(settings(both).issuers().get(0).tenants().contains(new TenantId("ops")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "broadcasty.issuers.main.tenants |  | name the tenants",
        "broadcasty.issuers.main.tenants | a b | tenants",
        "broadcasty.issuers.main.tenant | acme | must not be set beside",
        "broadcasty.issuers.main.issuer |  | is missing",
        "broadcasty.issuers.main.issuer | main | is no URL",
        "broadcasty.issuers.main.issuer | http://sso.example.com | keys over http:",
        "broadcasty.issuers.main.jwks-url | http://sso.example.com/keys | keys over http:",
        "broadcasty.issuers.main.role-map | admin | written foreign=own",
        "broadcasty.issuers.main.role-map | a=b,a=c | two entries",
        "broadcasty.issuers.main.roles-claim | / | roles-claim",
        "broadcasty.issuers.main.logout-of | device | one of session, user",
        "broadcasty.issuers.main.other-roles | some | one of keep, drop",
        "broadcasty.issuers.main.audience | x | there are issuer, discovery-url",
        "broadcasty.issuers.main_2.issuer | x | there is no such key",
        "broadcasty.issuers.é.issuer | x | lower-case letters and digits",
        "broadcasty.issuers.other.tenants | x | is missing",
      })
  void namesEachFault(String key, String value, String fault) {
    String told = faults(Map.of(key, value == null ? "" : value));
    assertTrue(told.contains(fault), told);
  }

  @Test
  void readsHowAnIssuerIsAsked() {
    Map<String, String> asking =
        Map.of(
            "broadcasty.issuers.main.introspection.endpoint", "https://sso.example.com/introspect",
            "broadcasty.issuers.main.introspection.client-id", "rt",
            "BROADCASTY_ISSUERS_MAIN_INTROSPECTION_SECRET", "s");
    IssuerSettings main = settings(asking).issuers().get(0);
    assertEquals(
        new IntrospectionSettings(
            URI.create("https://sso.example.com/introspect"),
            "rt",
            "s",
            false,
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            ""),
        main.introspection());
    assertFalse(main.tokens().hasKeys(), "no keys are fetched that nobody needs");
    Map<String, String> logout = new HashMap<>(asking);
    logout.put("broadcasty.issuers.main.logout-audiences", "web");
    assertTrue(settings(logout).issuers().get(0).tokens().hasKeys());
    Map<String, String> two = new HashMap<>(asking);
    asking.forEach((key, value) -> two.put(key.replace("main", "other"), value));
    two.put("broadcasty.issuers.other.issuer", "https://other.example.com");
    two.put("broadcasty.issuers.other.tenant", "acme");
    two.put("BROADCASTY_ISSUERS_OTHER_INTROSPECTION_SECRET", "s");
    assertTrue(faults(two).contains("must differ from that of the issuer main"), "whose token?");
    two.put("broadcasty.issuers.other.introspection.token-prefix", "o_");
    assertEquals(2, settings(two).issuers().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "endpoint | ftp://sso.example.com/x | must be a URL",
        "endpoint | https:///x | must be a URL",
        "endpoint | https://a b | is no URL",
        "endpoint | http://sso.example.com/x | would send tokens over http:",
        "client-id | | CLIENT_ID): is missing",
        "secret | | SECRET): is missing",
        "auth | jwt | one of basic, post",
        "cache | 31s | cache",
      })
  void namesEachFaultOfIntrospection(String key, String value, String fault) {
    String prefix = "broadcasty.issuers.main.introspection.";
    Map<String, String> asking =
        new HashMap<>(
            Map.of(
                prefix + "endpoint", "https://sso.example.com/introspect",
                prefix + "client-id", "rt",
                prefix + "secret", "s"));
    asking.put(prefix + key, value == null ? "" : value);
    String told = faults(asking);
    assertTrue(told.contains(fault), told);
    assertTrue(
        faults(Map.of(prefix + "secret", "s")).contains("introspection.endpoint"), "needs it");
  }

  @Test
  void twoIssuersHaveTwoClaims() {
    String told =
        faults(
            Map.of(
                "broadcasty.issuers.again.issuer", "https://sso.example.com/realms/main",
                "broadcasty.issuers.again.tenants", "gamma"));
    assertTrue(told.contains("is that of the issuer again too"), told);
  }

  @Test
  void httpCanBeAllowedByIssuer() {
    Settings settings =
        settings(
            Map.of(
                "broadcasty.issuers.main.discovery-url",
                "http://keycloak:8080/realms/main/.well-known/openid-configuration",
                "broadcasty.issuers.main.http",
                "true"));
    assertEquals(
        "http://keycloak:8080/realms/main/.well-known/openid-configuration",
        settings.issuers().get(0).tokens().discovery());
  }
}
