package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Revokes tokens on a server that stores in a database. */
final class RevocationChecks {

  private static final String REVOCATIONS = "/broadcasty/admin/revocations";
  private static final int UNAUTHORIZED = 4401;

  private final Api api;
  private final String ann;
  private final String gone;

  /** Creates checks with tokens that any server with the same key accepts. */
  RevocationChecks(Api api) {
    this.api = api;
    this.ann = token("acme", "ann", "publisher", "t1", Instant.now().minusSeconds(60));
    this.gone = token("gone", "gus", "publisher", "t2", Instant.now().minusSeconds(60));
  }

  private RevocationChecks(Api api, RevocationChecks before) {
    this.api = api;
    this.ann = before.ann;
    this.gone = before.gone;
  }

  /** Returns checks with the same tokens on a server that was started again. */
  RevocationChecks on(Api restarted) {
    return new RevocationChecks(restarted, this);
  }

  private String token(String tenant, String user, String role, String id, Instant issuedAt) {
    JWTClaimsSet.Builder claims =
        DevTokens.claims(tenant, user, Duration.ofMinutes(10), List.of("member", role))
            .jwtID(id)
            .issueTime(Date.from(issuedAt));
    return DevTokens.sign(api.tokens.key(), claims.build());
  }

  private String admin(String tenant) {
    return api.tokens.token(tenant, "boss", Duration.ofMinutes(10), List.of("admin"));
  }

  private HttpResponse<String> publish(String token) {
    return api.post("/broadcasty/publish", token, "{\"channel\":\"news\",\"payload\":1}");
  }

  private HttpRequest events(String token) {
    return api.request("/broadcasty/sse?channel=news", token).GET().build();
  }

  private HttpResponse<String> revoke(String token, String json) {
    return api.post(REVOCATIONS, token, json);
  }

  private HttpResponse<String> delete(String path, String token) {
    return api.send(api.request(path, token).DELETE().build());
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  private static String id(HttpResponse<String> answer) {
    Matcher field = Pattern.compile("\"id\":\"([0-9a-f]{32})\"").matcher(answer.body());
    assertTrue(field.find(), answer.body());
    return field.group(1);
  }

  /** A revoked user is out on every transport at once, and in again with a later token. */
  void revokeAUserATokenAndATenant() {
    String ben = token("acme", "ben", "publisher", "of-ben", Instant.now().minusSeconds(60));
    assertEquals(200, publish(ann).statusCode());
    assertEquals(200, publish(gone).statusCode());
    String path;
    try (WsStream ofBen = WsStream.open(api, ben)) {
      try (WsStream socket = WsStream.open(api, ann);
          SseStream stream = SseStream.open(events(ann), api)) {
        HttpResponse<String> created = revoke(admin("acme"), "{\"user\":\"ann\"}");
        assertAnswer(201, "\"user\":\"ann\"", created);
        path = REVOCATIONS + "/" + id(created);
        assertEquals(path, created.headers().firstValue("Location").orElse(""));
        assertEquals(UNAUTHORIZED, socket.awaitClose());
        awaitEnd(stream);
      }
      assertAnswer(
          200, id(api.get(path, admin("acme"))), revoke(admin("acme"), "{\"user\":\"ann\"}"));
      isRefused(ann);
      comesBackWithALaterToken();
      assertEquals(200, publish(ben).statusCode());
      assertAnswer(201, "of-ben", revoke(admin("acme"), "{\"tokenId\":\"of-ben\"}"));
      assertEquals(UNAUTHORIZED, ofBen.awaitClose());
    }
    isRefused(ben);
    assertAnswer(201, "\"gone\"", revoke(api.tokens.operator(), "{\"tenant\":\"gone\"}"));
    Api.await("the refusal of the tenant", () -> publish(gone).statusCode() == 401);
    isForItsAdministratorsOnly(path);
  }

  private static void awaitEnd(SseStream stream) {
    Stream.Event event = stream.next();
    while (!event.kind().equals("end")) {
      event = stream.next();
    }
    assertTrue(event.json().contains("\"code\":\"unauthorized\""), event.json());
  }

  private void isRefused(String token) {
    HttpResponse<String> refused = publish(token);
    assertAnswer(401, "revoked", refused);
    assertTrue(refused.body().contains("\"code\":\"unauthorized\""), refused.body());
    String challenge = refused.headers().firstValue("WWW-Authenticate").orElse("");
    assertTrue(challenge.contains("invalid_token"), challenge);
    assertAnswer(401, "revoked", api.send(events(token)));
    assertThrows(CompletionException.class, () -> WsStream.open(api, token));
    try (WsStream socket = WsStream.open(api, "")) {
      socket.send("{\"id\":1,\"command\":\"connect\",\"token\":\"" + token + "\"}");
      String reply = socket.next().json();
      assertTrue(reply.contains("unauthorized") && reply.contains("revoked"), reply);
    }
  }

  private void comesBackWithALaterToken() {
    String later = token("acme", "ann", "publisher", "t3", Instant.now().plusSeconds(2));
    assertEquals(200, publish(later).statusCode());
    try (WsStream socket = WsStream.open(api, later)) {
      socket.send("{\"id\":1,\"command\":\"refresh\",\"token\":\"" + ann + "\"}");
      String reply = socket.next().json();
      assertTrue(reply.contains("unauthorized") && reply.contains("revoked"), reply);
    }
  }

  private void isForItsAdministratorsOnly(String path) {
    HttpResponse<String> first = api.get(REVOCATIONS + "?limit=1", admin("acme"));
    assertAnswer(200, "\"next\":\"" + id(first) + "\"", first);
    HttpResponse<String> second =
        api.get(REVOCATIONS + "?limit=1&after=" + id(first), admin("acme"));
    assertEquals(200, second.statusCode(), second.body());
    assertTrue(!second.body().contains("next") && !id(first).equals(id(second)), second.body());
    assertAnswer(200, "{\"revocations\":[]}", api.get(REVOCATIONS, admin("other")));
    assertAnswer(403, "forbidden", api.get(REVOCATIONS + "?tenant=acme", admin("other")));
    assertAnswer(
        403, "forbidden", revoke(admin("other"), "{\"tenant\":\"acme\",\"user\":\"ann\"}"));
    assertAnswer(200, "ann", api.get(REVOCATIONS + "?tenant=acme", api.tokens.operator()));
    assertAnswer(404, "not_found", api.get(path, admin("other")));
    assertAnswer(404, "not_found", delete(path, admin("other")));
    assertAnswer(403, "forbidden", revoke(api.tokens.member(), "{\"user\":\"ann\"}"));
    assertAnswer(400, "invalid_request", revoke(admin("acme"), "{}"));
    assertAnswer(
        400, "issuedBefore", revoke(admin("acme"), "{\"user\":\"a\",\"issuedBefore\":\"soon\"}"));
    assertAnswer(400, "key", revoke(admin("acme"), "{\"user\":\"key:1\"}"));
    assertAnswer(404, "not_found", revoke(admin("other"), "{\"key\":\"0123456789abcdef\"}"));
  }

  /** What was revoked before the restart is refused from the first request on, until lifted. */
  void stayRevokedUntilLifted() {
    assertAnswer(401, "revoked", publish(ann));
    assertAnswer(401, "revoked", publish(gone));
    String path = REVOCATIONS + "/" + id(revoke(admin("acme"), "{\"user\":\"ann\"}"));
    assertEquals(204, delete(path, admin("acme")).statusCode());
    Api.await("the token", () -> publish(ann).statusCode() == 200);
    assertAnswer(404, "not_found", delete(path, admin("acme")));
  }
}
