package io.broadcasty.transport.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.transport.FakeServlets;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AppAuthenticatorTest {

  private static final String SECRET = "7ad3773142a6692b25b8";
  private static final TenantId ACME = new TenantId("acme");

  static final Apps APPS =
      new Apps(
          List.of(
              new App("3", List.of(new App.Credential("key", SECRET)), ACME, true, true, 10_240),
              new App(
                  "4",
                  List.of(new App.Credential("other", "another")),
                  ACME,
                  true,
                  false,
                  10_240)));

  private static final long NOW_SECONDS = 1_353_088_179;
  private static final byte[] BODY = "{\"name\":\"a\"}".getBytes(UTF_8);

  private final TestTenantSettings tenants = new TestTenantSettings();
  private final Set<String> used = new HashSet<>();
  private boolean noncesUnavailable;
  private final AppAuthenticator authenticator =
      new AppAuthenticator(APPS, tenants, (tenant, subject, nonce) -> isFirst(subject, nonce));

  private boolean isFirst(String subject, String nonce) {
    if (noncesUnavailable) {
      throw new AuthenticationUnavailableException("scripted", new IllegalStateException());
    }
    return used.add(subject + nonce);
  }

  private static Map<String, String> signed() {
    return new TreeMap<>(
        Map.of(
            "auth_key",
            "key",
            "auth_timestamp",
            String.valueOf(NOW_SECONDS),
            "auth_version",
            "1.0",
            "body_md5",
            Hashes.md5Hex(BODY, BODY.length)));
  }

  private static String query(String method, String path, Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining("&"));
    return query
        + "&auth_signature="
        + AppSignature.of(SECRET, method + "\n" + path + "\n" + query);
  }

  private AppAuthenticator.Verified verify(String method, String path, String query)
      throws ProblemException {
    HttpServletRequest request =
        FakeServlets.fake(
            HttpServletRequest.class,
            (name, arguments) ->
                switch (name) {
                  case "getMethod" -> method;
                  case "getRequestURI" -> path;
                  case "getContextPath" -> "";
                  case "getQueryString" -> query;
                  default -> throw new UnsupportedOperationException(name);
                });
    return authenticator.verify(request, path, NOW_SECONDS * 1000, "192.0.2.1");
  }

  private void assertRefused(Code code, String path, String query) {
    ProblemException refused =
        assertThrows(ProblemException.class, () -> verify("POST", path, query));
    assertEquals(code, refused.problem().code());
    assertEquals(401, refused.problem().code().httpStatus());
  }

  @Test
  void acceptsASignedRequestOnce() throws ProblemException {
    String query = query("POST", "/apps/3/events", signed());
    AppAuthenticator.Verified verified = verify("POST", "/apps/3/events", query);
    assertEquals("app:3", verified.caller().subject());
    assertEquals(ACME, verified.caller().tenant());
    assertNull(verified.body().fault(BODY, BODY.length));
    assertNotNull(verified.body().fault(BODY, BODY.length - 1));
    assertNotNull(verified.body().fault(new byte[0], 0));
    assertRefused(Code.REPLAYED, "/apps/3/events", query);
  }

  @Test
  void readsAndAppsThatAcceptRepeatsMayBeRepeated() throws ProblemException {
    Map<String, String> read = signed();
    read.remove("body_md5");
    String query = query("GET", "/apps/3/channels", read);
    for (int i = 0; i < 2; i++) {
      assertNull(verify("GET", "/apps/3/channels", query).body().fault(new byte[0], 0));
    }
    assertNotNull(verify("GET", "/apps/3/channels", query).body().fault(BODY, BODY.length));
  }

  @Test
  void refusesWhatIsWrongInEachField() {
    String path = "/apps/3/events";
    Map<String, List<String>> wrong =
        Map.of(
            "auth_key", List.of("other", "", "KEY"),
            "auth_version", List.of("", "2.0", "1.00"));
    wrong.forEach(
        (field, values) -> {
          for (String value : values) {
            Map<String, String> changed = signed();
            changed.put(field, value);
            assertRefused(Code.UNAUTHORIZED, path, query("POST", path, changed));
          }
        });
    for (String missing : List.of("auth_key", "auth_version", "auth_timestamp")) {
      Map<String, String> changed = signed();
      changed.remove(missing);
      assertRefused(Code.UNAUTHORIZED, path, query("POST", path, changed));
    }
    String valid = query("POST", path, signed());
    assertRefused(Code.INVALID_SIGNATURE, path, valid.substring(0, valid.length() - 1) + "x");
    assertRefused(Code.INVALID_SIGNATURE, path, valid.replaceAll("&auth_signature=.*", ""));
    assertRefused(Code.INVALID_SIGNATURE, path, valid + "&info=user_count");
    assertRefused(
        Code.INVALID_SIGNATURE, path, valid.replaceAll("body_md5=[0-9a-f]+", "body_md5=0"));
    assertRefused(Code.INVALID_SIGNATURE, "/apps/3/batch_events", valid);
    assertRefused(Code.UNAUTHORIZED, "/apps/4/events", valid);
    assertRefused(Code.UNAUTHORIZED, "/apps/5/events", valid);
    assertRefused(Code.UNAUTHORIZED, "/apps/3", valid);
    assertEquals(Set.of(), used, "no refused request uses up a nonce");
  }

  @Test
  void refusesTimesBeyondTenMinutes() throws ProblemException {
    String path = "/apps/3/events";
    for (long seconds :
        new long[] {NOW_SECONDS - 601, NOW_SECONDS + 601, 0, -1, Long.MAX_VALUE / 1000}) {
      Map<String, String> changed = signed();
      changed.put("auth_timestamp", String.valueOf(seconds));
      assertRefused(Code.REPLAYED, path, query("POST", path, changed));
    }
    for (String text :
        List.of("now", "", "1e9", String.valueOf(Long.MAX_VALUE), "99999999999999999999")) {
      Map<String, String> changed = signed();
      changed.put("auth_timestamp", text);
      assertRefused(Code.UNAUTHORIZED, path, query("POST", path, changed));
    }
    for (long seconds : new long[] {NOW_SECONDS - 600, NOW_SECONDS + 600}) {
      Map<String, String> changed = signed();
      changed.put("auth_timestamp", String.valueOf(seconds));
      verify("POST", path, query("POST", path, changed));
    }
  }

  @Test
  void refusesWhileNoncesCannotBeCheckedAndForRefusedTenants() {
    String query = query("POST", "/apps/3/events", signed());
    noncesUnavailable = true;
    ProblemException unavailable =
        assertThrows(ProblemException.class, () -> verify("POST", "/apps/3/events", query));
    assertEquals(Code.UNAVAILABLE, unavailable.problem().code());
    noncesUnavailable = false;
    tenants.all(all -> all.state(TenantState.SUSPENDED));
    ProblemException suspended =
        assertThrows(ProblemException.class, () -> verify("POST", "/apps/3/events", query));
    assertEquals(Code.TENANT_REFUSED, suspended.problem().code());
  }
}
