package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the metadata of RFC 9728. */
class ProtectedResourceTest {

  private static final List<String> ISSUERS =
      List.of("https://sso.example/realms/main", "http://plain.example", "no url");

  private final ProtectedResource derived =
      new ProtectedResource(null, ISSUERS, SessionCookiesTest.SETTINGS);

  @Test
  void namesWhereClientsReachItAndTheIssuersThatTheyCanTrust() {
    ProtectedResource configured =
        new ProtectedResource("https://rt.example/app", ISSUERS, SessionCookiesTest.SETTINGS);
    HttpServletRequest request = SessionCookiesTest.request(false, "Host", "inner:8080");
    assertEquals(
        "{\"resource\":\"https://rt.example/app\","
            + "\"authorization_servers\":[\"https://sso.example/realms/main\"],"
            + "\"bearer_methods_supported\":[\"header\"],"
            + "\"dpop_signing_alg_values_supported\":[\"ES256\",\"ES384\",\"ES512\",\"EdDSA\","
            + "\"Ed25519\",\"PS256\",\"RS256\"],\"resource_name\":\"Broadcasty\"}",
        configured.document(request, ""));
    assertEquals(
        "https://rt.example/app/.well-known/oauth-protected-resource",
        configured.metadataUrl(request));
  }

  /** A proof for another server must not be accepted because the request says so. */
  @Test
  void aConfiguredUrlIsNotReplacedByWhatARequestSays() {
    ProtectedResource configured =
        new ProtectedResource("https://rt.example/app", ISSUERS, SessionCookiesTest.SETTINGS);
    HttpServletRequest request = SessionCookiesTest.request(true, "Host", "evil.example");
    assertEquals(List.of("https://rt.example/app/broadcasty/publish"), configured.urlsOf(request));
    assertEquals(List.of("https://evil.example/broadcasty/publish"), derived.urlsOf(request));
    assertEquals(
        List.of(
            "https://rt.example/broadcasty/publish", "https://public.example/broadcasty/publish"),
        derived.urlsOf(
            SessionCookiesTest.request(
                false, "X-Forwarded-Host", "public.example", "X-Forwarded-Proto", "https")));
    assertEquals(List.of(), derived.urlsOf(SessionCookiesTest.request(true, "Host", "a@b")));
  }

  @Test
  void otherwiseItIsWhereTheRequestWasSentTo() {
    assertEquals(
        "http://rt.example/.well-known/oauth-protected-resource",
        derived.metadataUrl(SessionCookiesTest.request(false)));
    assertEquals(
        "https://public.example/.well-known/oauth-protected-resource",
        derived.metadataUrl(
            SessionCookiesTest.request(
                false, "X-Forwarded-Host", "public.example", "X-Forwarded-Proto", "https")));
    for (String host : List.of("a\"b", "a/b", "a b", "", "a@b")) {
      assertNull(derived.metadataUrl(SessionCookiesTest.request(true, "Host", host)), host);
    }
  }
}
