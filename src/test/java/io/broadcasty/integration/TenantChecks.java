package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Checks the administration of tenants and the audit log on a server, and after its restart. */
final class TenantChecks {

  private static final String TENANTS = "/broadcasty/admin/tenants";
  private static final String INITECH = TENANTS + "/initech";

  private static final Pattern CHANNELS =
      Pattern.compile("\"channels\":\\{\"used\":[1-9][0-9]*,\"limit\":1}");

  private static final Pattern PUBLISHED =
      Pattern.compile("\"publications\":\\{\"lastMinute\":[1-9][0-9]*,\"perSecond\":0\\.[0-9]+}");

  private final Api api;

  /** The id of the request that has created the tenant. */
  private String creation = "";

  TenantChecks(Api api) {
    this.api = api;
  }

  private HttpResponse<String> send(String method, String path, String token, String json) {
    return api.send(
        api.request(path, token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private HttpResponse<String> asOperator(String method, String path, String json) {
    return send(method, path, api.tokens.operator(), json);
  }

  private String token(String role) {
    return api.tokens.token("initech", "ann", Duration.ofMinutes(10), List.of(role));
  }

  private HttpResponse<String> publish() {
    return publish("a");
  }

  private HttpResponse<String> publish(String channel) {
    return api.post(
        "/broadcasty/publish",
        token("publisher"),
        "{\"channel\":\"" + channel + "\",\"payload\":1}");
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  void areCreatedLimitedAndSuspended() {
    create();
    changeLimits();
    refuseOthers();
    readTheAuditLog();
    readTheUsage();
    assertAnswer(200, "\"suspended\"", asOperator("PATCH", INITECH, "{\"state\":\"suspended\"}"));
    Api.await("the suspension", () -> publish().statusCode() == 403);
    assertAnswer(403, "tenant_refused", publish());
    assertAnswer(403, "tenant_refused", api.get(INITECH, token("admin")));
  }

  private void readTheUsage() {
    String usage = INITECH + "/usage";
    HttpResponse<String> own = api.get(usage, token("admin"));
    assertAnswer(200, "{\"tenant\":\"initech\",\"connections\":{\"used\":0,", own);
    assertAnswer(200, "\"limits\":{\"channelsPerConnection\":", own);
    assertTrue(CHANNELS.matcher(own.body()).find(), own.body());
    assertTrue(PUBLISHED.matcher(own.body()).find(), own.body());
    assertAnswer(200, "\"missing\":[]", api.get(usage, api.tokens.operator()));
    assertAnswer(403, "forbidden", api.get(usage, token("publisher")));
    assertAnswer(403, "forbidden", api.get(usage, api.tokens.admin()));
  }

  void staySuspendedUntilTheyAreActivated() {
    assertAnswer(403, "tenant_refused", publish());
    assertAnswer(200, "\"active\"", asOperator("PATCH", INITECH, "{\"state\":\"active\"}"));
    Api.await("the resumption", () -> publish().statusCode() == 200);
    assertEquals(204, asOperator("DELETE", INITECH, "").statusCode());
    assertAnswer(404, "not_found", api.get(INITECH, api.tokens.operator()));
    assertAnswer(404, "not_found", asOperator("DELETE", INITECH, ""));
  }

  private void create() {
    HttpResponse<String> created =
        asOperator("POST", TENANTS, "{\"id\":\"initech\",\"name\":\"Initech Ltd\"}");
    assertAnswer(201, "\"name\":\"Initech Ltd\"", created);
    creation = created.headers().firstValue("X-Request-Id").orElse("");
    assertEquals(INITECH, created.headers().firstValue("Location").orElse(""));
    assertAnswer(409, "already_exists", asOperator("POST", TENANTS, "{\"id\":\"initech\"}"));
    assertAnswer(200, "\"id\":\"initech\"", api.get(TENANTS, api.tokens.operator()));
    assertAnswer(200, "\"usage\"", api.get(INITECH, api.tokens.operator()));
  }

  private void changeLimits() {
    assertAnswer(
        200,
        "\"limits.batch\":\"1\"",
        asOperator("PATCH", INITECH, "{\"settings\":{\"limits.batch\":1}}"));
    String two = "[{\"channel\":\"a\",\"payload\":1},{\"channel\":\"a\",\"payload\":2}]";
    Api.await(
        "the limit",
        () -> api.post("/broadcasty/publish", token("publisher"), two).statusCode() == 413);
    assertAnswer(
        200,
        "\"limits.channels-per-tenant\":\"1\"",
        asOperator("PATCH", INITECH, "{\"settings\":{\"limits.channels-per-tenant\":1}}"));
    assertAnswer(200, "\"sequence\":", publish());
    AtomicInteger number = new AtomicInteger();
    Api.await("the quota", () -> publish("c" + number.incrementAndGet()).statusCode() == 403);
    assertAnswer(403, "channel_quota", publish("another"));
    assertAnswer(200, "\"sequence\":", publish());
    assertAnswer(
        400, "limits.btach", asOperator("PATCH", INITECH, "{\"settings\":{\"limits.btach\":1}}"));
    assertAnswer(400, "state", asOperator("PATCH", INITECH, "{\"state\":\"unknown\"}"));
    assertAnswer(400, "invalid_json", asOperator("PATCH", INITECH, "{"));
    assertAnswer(400, "own tenant", asOperator("DELETE", TENANTS + "/operations", ""));
  }

  private void readTheAuditLog() {
    String log = "/broadcasty/admin/audit";
    HttpResponse<String> created = api.get(log + "?requestId=" + creation, token("admin"));
    assertAnswer(200, "\"action\":\"tenant.create\"", created);
    assertAnswer(200, "\"requestId\":\"" + creation + "\"", created);
    assertEquals(2, created.body().split("\"action\"", -1).length, "one entry");
    assertAnswer(200, "\"action\":\"tenant.create\"", api.get(log, token("admin")));
    assertAnswer(200, "\"actorTenant\":\"operations\"", api.get(log, token("admin")));
    assertAnswer(
        200,
        "\"action\":\"tenant.create\"",
        api.get(log + "?target=tenant:initech&outcome=failed&action=tenant.c*", token("admin")));
    assertAnswer(200, "{\"entries\":[]}", api.get(log + "?actor=nobody", api.tokens.operator()));
    assertAnswer(200, "\"audit.read\"", api.get(log + "?tenant=", api.tokens.operator()));
    assertAnswer(403, "forbidden", api.get(log + "?tenant=initech", api.tokens.admin()));
    assertAnswer(403, "forbidden", api.get(log, token("member")));
    assertAnswer(400, "from", api.get(log + "?from=yesterday", token("admin")));
    assertAnswer(400, "parameter", api.get(log + "?tennant=initech", token("admin")));
    exportAndVerify(log);
  }

  private void exportAndVerify(String log) {
    HttpResponse<String> csv = api.get(log + "/export?format=csv", token("admin"));
    assertAnswer(200, ",tenant.create,done,operations,olga,", csv);
    assertTrue(csv.body().startsWith("id,time,tenant,action,"), csv.body());
    assertEquals(
        "attachment; filename=\"audit.csv\"",
        csv.headers().firstValue("Content-Disposition").orElse(""));
    HttpResponse<String> lines = api.get(log + "/export?format=ndjson", api.tokens.operator());
    assertAnswer(200, "\"action\":\"audit.export\"", lines);
    assertTrue(lines.body().lines().allMatch(line -> line.startsWith("{\"id\":")), lines.body());
    assertAnswer(400, "format", api.get(log + "/export", token("admin")));
    assertAnswer(403, "forbidden", api.get(log + "/export?format=csv", token("member")));
    HttpResponse<String> verified = api.get(log + "/verify", token("admin"));
    assertAnswer(200, "\"complete\":true,\"intact\":true", verified);
    String head = verified.body().replaceAll(".*\"verified\":\"([^\"]+)\".*", "$1");
    assertAnswer( // refusals are written later, so the head may have moved
        200, "{\"tenant\":\"initech\",\"head\":\"", api.get(log + "/heads", api.tokens.operator()));
    assertAnswer(
        200,
        "\"fault\":{\"reason\":\"replaced\"",
        api.get(log + "/verify?expect=1" + head.substring(head.indexOf('-')), token("admin")));
    assertAnswer(200, "\"intact\":true", api.get(log + "/verify", api.tokens.operator()));
    assertAnswer(400, "expect", api.get(log + "/verify?expect=x", token("admin")));
    assertAnswer(403, "forbidden", api.get(log + "/verify?tenant=initech", api.tokens.admin()));
    assertAnswer(403, "forbidden", api.get(log + "/heads", token("admin")));
  }

  private void refuseOthers() {
    assertAnswer(200, "Initech Ltd", api.get(INITECH, token("admin")));
    assertAnswer(403, "forbidden", api.get(INITECH, token("member")));
    assertAnswer(403, "forbidden", api.get(INITECH, api.tokens.admin()));
    assertAnswer(403, "forbidden", api.get(TENANTS, token("admin")));
    assertAnswer(403, "forbidden", send("PATCH", INITECH, token("admin"), "{}"));
    assertAnswer(403, "forbidden", send("DELETE", INITECH, token("admin"), ""));
    assertAnswer(403, "forbidden", send("POST", TENANTS, token("admin"), "{\"id\":\"x\"}"));
    assertEquals(401, send("POST", TENANTS, "", "{\"id\":\"x\"}").statusCode());
  }
}
