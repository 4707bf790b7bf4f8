package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.jwt.TestIssuer;
import io.broadcasty.core.auth.jwt.TestProofs;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Signs users of an identity provider in and out: by tokens that are bound to keys, and opaque. */
final class SignInChecks {

  private static final String LOGOUT = "/broadcasty/backchannel-logout";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final int UNAUTHORIZED = 4401;

  private final Api api;
  private final TestIssuer issuer;

  SignInChecks(Api api, TestIssuer issuer) {
    this.api = api;
    this.issuer = issuer;
  }

  /** Returns what a server has to know of two issuers, of which one is asked about its tokens. */
  static Map<String, String> settings(TestIssuer issuer, TestIssuer opaque) {
    return Map.of(
        "BROADCASTY_ISSUERS_SSO_ISSUER", issuer.issuer(),
        "BROADCASTY_ISSUERS_SSO_TENANTS", "acme",
        "BROADCASTY_ISSUERS_SSO_LOGOUT_AUDIENCES", "web",
        "BROADCASTY_ISSUERS_OPAQUE_ISSUER", opaque.issuer(),
        "BROADCASTY_ISSUERS_OPAQUE_TENANTS", "acme",
        "BROADCASTY_ISSUERS_OPAQUE_INTROSPECTION_ENDPOINT", opaque.issuer() + "/introspect",
        "BROADCASTY_ISSUERS_OPAQUE_INTROSPECTION_CLIENT_ID", "rt",
        "BROADCASTY_ISSUERS_OPAQUE_INTROSPECTION_SECRET", "s",
        "BROADCASTY_ISSUERS_OPAQUE_INTROSPECTION_TOKEN_PREFIX", "opaque-",
        "BROADCASTY_ISSUERS_OPAQUE_REQUIRED_CLAIMS", "exp");
  }

  private String token(String user, String session, Map<String, Object> more) {
    Map<String, Object> claims = new HashMap<>(more);
    claims.put("sub", user);
    claims.put("tid", "acme");
    claims.put("roles", List.of("member", "publisher"));
    claims.put("sid", session);
    return issuer.sign(Instant.now(), claims);
  }

  private int publish(String token) {
    return api.post("/broadcasty/publish", token, "{\"channel\":\"news\",\"payload\":1}")
        .statusCode();
  }

  /** A session ends with its streams, of which another one of the same user knows nothing. */
  void aUserLogsOut() throws IOException {
    String here = token("sue", "session-1", Map.of());
    String there = token("sue", "session-2", Map.of());
    assertEquals(200, publish(here));
    try (WsStream socket = WsStream.open(api, here);
        RawSocket provider = new RawSocket(api)) {
      String form = "logout_token=" + logout("id-1", "session-1");
      provider.sendHead("POST", LOGOUT, "", FORM, form.length());
      provider.write(form.substring(0, 20).getBytes(StandardCharsets.US_ASCII));
      assertEquals(200, publish(there)); // while the body has not arrived
      provider.write(form.substring(20).getBytes(StandardCharsets.US_ASCII));
      String answer = provider.readUntil("\r\n\r\n");
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      assertTrue(answer.toLowerCase(Locale.ROOT).contains("cache-control: no-store"));
      assertEquals(UNAUTHORIZED, socket.awaitClose());
    }
    assertEquals(401, publish(here));
    assertEquals(200, publish(there));
    HttpResponse<String> refused = post("logout_token=" + logout("id-1", "session-1"));
    assertEquals(400, refused.statusCode(), refused.body());
    assertTrue(refused.body().startsWith("{\"error\":\"invalid_request\""), refused.body());
    assertEquals(400, post("logout_token=" + there).statusCode(), "an access token");
  }

  private String logout(String id, String session) {
    return issuer.signLogout(
        "logout+jwt", Instant.now(), Map.of("jti", id, "sub", "sue", "sid", session));
  }

  private HttpResponse<String> post(String form) {
    return api.send(
        HttpRequest.newBuilder(api.base.resolve(LOGOUT))
            .header("Content-Type", FORM)
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  /** A token that is bound to a key gets a ticket by a proof, and is nothing without one. */
  void aTokenIsBoundToAKey() {
    String thumbprint = String.valueOf(TestProofs.caller("", TestProofs.KEY).boundKey());
    String bound = token("tom", "session-3", Map.of("cnf", Map.of("jkt", thumbprint)));
    assertEquals(401, publish(bound));
    String path = "/broadcasty/ticket";
    String url = api.base.resolve(path).toString();
    String proof =
        TestProofs.proof(TestProofs.claims("proof-1", "POST", url, bound, Instant.now()));
    HttpRequest request =
        HttpRequest.newBuilder(api.base.resolve(path))
            .header("Authorization", "DPoP " + bound)
            .header("DPoP", proof)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = api.send(request);
    assertEquals(200, answer.statusCode(), answer.body());
    HttpResponse<String> again = api.send(request);
    assertEquals(401, again.statusCode(), "a proof counts once");
    String challenge = again.headers().firstValue("WWW-Authenticate").orElse("");
    assertTrue(challenge.startsWith("DPoP error=\"invalid_dpop_proof\""), challenge);
    assertTrue(challenge.contains("algs="), challenge);
  }

  /** The issuer of a token that only it can read is asked about it. */
  void anOpaqueTokenIsAskedAbout(TestIssuer opaque) {
    Map<String, Object> active = new HashMap<>(TestIssuer.introspected("uma", "acme"));
    active.put("roles", List.of("member", "publisher"));
    opaque.introspect(active);
    assertEquals(200, publish("opaque-1"));
    assertEquals(200, publish("opaque-1"));
    assertEquals(1, opaque.asked.size(), "the answer counts for some seconds");
    opaque.introspect(Map.of("active", false));
    assertEquals(401, publish("opaque-2"));
    opaque.introspect(Map.of());
    assertEquals(503, publish("opaque-3"), "no answer is no refusal");
  }
}
