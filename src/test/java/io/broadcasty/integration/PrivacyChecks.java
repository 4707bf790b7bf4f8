package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that the data of a user is exported and erased, also by a server that is killed. */
final class PrivacyChecks {

  private static final String USERS = "/broadcasty/admin/users/";
  private static final String JOBS = "/broadcasty/admin/privacy";
  private static final String TENANT = "privacy";
  private static final Pattern HEADS = Pattern.compile("\"sequence\":(\\d+)");

  private final Api api;
  private String unfinished = "";

  PrivacyChecks(Api api) {
    this.api = api;
  }

  /** Returns checks of the same job on a server that was started again. */
  PrivacyChecks on(Api restarted) {
    PrivacyChecks checks = new PrivacyChecks(restarted);
    checks.unfinished = unfinished;
    return checks;
  }

  private String token(String subject, String role) {
    return api.tokens.token(TENANT, subject, Duration.ofMinutes(10), List.of(role));
  }

  private String admin() {
    return token("boss", "admin");
  }

  private void publish(String subject, String channel, String payload) {
    HttpResponse<String> answer =
        api.post(
            "/broadcasty/publish",
            token(subject, "admin"),
            "{\"channel\":\"" + channel + "\",\"payload\":\"" + payload + "\"}");
    assertEquals(200, answer.statusCode(), answer.body());
  }

  private String replay(String channel) {
    return api.get("/broadcasty/replay?channel=" + channel, token("boss", "member")).body();
  }

  private String begin(String what, String user) {
    HttpResponse<String> begun =
        api.post(
            USERS + user + "/" + what, admin(), "{\"channels\":[\"private-box." + user + "*\"]}");
    assertEquals(202, begun.statusCode(), begun.body());
    String path = begun.headers().firstValue("Location").orElse("");
    assertTrue(path.startsWith(JOBS + "/"), path);
    return path;
  }

  private String awaitDone(String path) {
    Api.await(
        "the end of the job",
        Duration.ofSeconds(60),
        Duration.ofMillis(200),
        () -> api.get(path, admin()).body().contains("\"state\":\"done\""));
    return api.get(path, admin()).body();
  }

  void exportAndErase() {
    publish("ann", "private-box.ann.in", "secret-1");
    publish("bob", "private-box.bob.in", "kept");
    publish("bob", "private-box.ann.in", "secret-2");
    String export = begin("export", "ann");
    String done = awaitDone(export);
    assertTrue(done.contains("\"streams\":2"), done);
    HttpResponse<String> data = api.get(export + "/export", admin());
    assertEquals("application/x-ndjson", data.headers().firstValue("Content-Type").orElse(""));
    assertTrue(data.body().contains("secret-1") && data.body().contains("secret-2"), data.body());
    assertFalse(data.body().contains("kept"), data.body());

    String erased = awaitDone(begin("erase", "ann"));
    assertTrue(erased.contains("\"streams\":2"), erased);
    assertFalse(erased.contains("ann"), "a finished erasure names nobody: " + erased);
    String left = replay("private-box.ann.in");
    assertFalse(left.contains("secret"), left);
    assertTrue(left.contains("\"erased\":true"), left);
    Matcher sequences = HEADS.matcher(left);
    assertTrue(sequences.find() && sequences.group(1).equals("1"), left);
    assertTrue(replay("private-box.bob.in").contains("kept"));
    assertEquals(404, api.get(export, admin()).statusCode(), "the export is erased too");
    String log = api.get("/broadcasty/admin/audit?action=privacy.*", admin()).body();
    assertTrue(log.contains("privacy.erase"), log);
    assertFalse(log.contains("user:ann"), log);
    assertTrue(
        api.get("/broadcasty/admin/audit/verify", admin()).body().contains("\"intact\":true"));
    isForAdministratorsOfTheTenant();
  }

  private void isForAdministratorsOfTheTenant() {
    String path = begin("export", "bob");
    String other = api.tokens.token("other", "boss", Duration.ofMinutes(10), List.of("admin"));
    assertEquals(404, api.get(path, other).statusCode());
    assertEquals(404, api.get(path + "/export", other).statusCode());
    assertEquals(404, api.send(api.request(path, other).DELETE().build()).statusCode());
    assertEquals(403, api.get(JOBS + "?tenant=" + TENANT, other).statusCode());
    assertEquals("{\"jobs\":[]}", api.get(JOBS, other).body());
    assertEquals(403, api.get(path, token("ann", "publisher")).statusCode());
    String of = "{\"tenant\":\"" + TENANT + "\"}";
    assertEquals(403, api.post(USERS + "bob/erase", other, of).statusCode());
    assertEquals(400, api.post(USERS + "bob/erase", admin(), "{\"x\":1}").statusCode());
    assertEquals(
        400, api.post(USERS + "bob/erase", admin(), "{\"channels\":[\"a b\"]}").statusCode());
    assertTrue(api.get(JOBS + "?tenant=" + TENANT, api.tokens.operator()).body().contains("bob"));
    String done = awaitDone(path);
    assertTrue(done.contains("\"user\":\"bob\""), done);
    assertEquals(204, api.send(api.request(path, admin()).DELETE().build()).statusCode());
    assertEquals(404, api.get(path, admin()).statusCode());
  }

  /** Begins an erasure; the server is to be killed next. */
  void beginBeforeTheServerIsKilled() {
    for (int i = 0; i < 20; i++) {
      publish("cid", "private-box.cid.in", "secret-" + i);
    }
    unfinished = begin("erase", "cid");
  }

  void isContinuedAfterTheRestart() {
    String done = awaitDone(unfinished);
    assertTrue(done.contains("\"streams\":20"), done);
    assertFalse(replay("private-box.cid.in").contains("secret"));
  }
}
