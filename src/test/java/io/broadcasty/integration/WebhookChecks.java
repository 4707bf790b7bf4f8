package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.broadcasty.webhook.sending.HookReceiver;
import java.io.Writer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks endpoints of webhooks from their creation to their deletion on a server. */
final class WebhookChecks {

  /** An app of the tenant of these checks. */
  static final Map<String, String> APP =
      Map.of(
          "BROADCASTY_APPS_2002_KEY", "key-of-the-checks",
          "BROADCASTY_APPS_2002_SECRET", "secret-of-the-checks",
          "BROADCASTY_APPS_2002_TENANT", "hooked");

  private static final String APP_ID = "2002";
  private static final String KEY = "key-of-the-checks";
  private static final String SECRET = "secret-of-the-checks";
  private static final String WEBHOOKS = "/broadcasty/admin/webhooks";

  private final Api api;
  private final HookReceiver receiver;

  WebhookChecks(Api api, HookReceiver receiver) {
    this.api = api;
    this.receiver = receiver;
  }

  private String admin() {
    return api.tokens.token("hooked", "ann", Duration.ofMinutes(10), List.of("admin"));
  }

  private static String field(String name, HttpResponse<String> answer) {
    Matcher field = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(answer.body());
    assertTrue(field.find(), answer.body());
    return field.group(1);
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  private String create(String path, String more) {
    HttpResponse<String> created =
        api.post(WEBHOOKS, admin(), "{\"url\":\"" + receiver.origin() + path + "\"" + more + "}");
    assertAnswer(201, "\"id\":\"wh_", created);
    return created.body();
  }

  /** The receivers' own libraries accept what is sent, and nothing that somebody has changed. */
  void areValidForTheLibrariesOfReceivers() throws Exception {
    Matcher secret =
        Pattern.compile("whsec_[^\"]+").matcher(create("/s", ",\"events\":[\"channel.occupied\"]"));
    assertTrue(secret.find());
    String unused = create("/p", ",\"format\":\"pusher\",\"app\":\"" + APP_ID + "\"");
    assertTrue(unused.contains("\"app\""), unused);
    List<String> lines = new ArrayList<>();
    try (SseStream stream =
        SseStream.open(api.request("/broadcasty/sse?channel=orders.eu", admin()).build(), api)) {
      for (int i = 0; i < 2; i++) {
        HookReceiver.Received received = receiver.next("occupied");
        Map<String, Object> line = new LinkedHashMap<>();
        if (received.path().equals("/s")) {
          line.put("secret", secret.group());
        }
        line.put("headers", received.headers());
        line.put("body", received.body());
        lines.add(JSONObjectUtils.toJSONString(line));
      }
      assertFalse(stream.isEnded());
    }
    Process process = NodePrograms.installed().program("webhook.cjs", KEY, SECRET).start();
    try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
      in.write(String.join("\n", lines));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(
        List.of("ok channel.occupied orders.eu", "ok channel_occupied orders.eu"),
        output.lines().sorted().toList(),
        output);
  }

  void areCreatedSentToAndDeleted() throws Exception {
    HttpResponse<String> created =
        api.post(
            WEBHOOKS, admin(), "{\"url\":\"" + receiver.origin() + "/hook\",\"ratePerSecond\":50}");
    assertAnswer(201, "\"secret\":\"whsec_", created);
    assertEquals("no-store", created.headers().firstValue("Cache-Control").orElse(""));
    String path = WEBHOOKS + "/" + field("id", created);
    assertEquals(path, created.headers().firstValue("Location").orElse(""));
    assertAnswer(200, "\"state\":\"active\"", api.get(path, admin()));
    assertAnswer(400, "https", api.post(WEBHOOKS, admin(), "{\"url\":\"http://localhost/\"}"));

    String message = field("id", api.post(path + "/test", admin(), ""));
    HookReceiver.Received received = receiver.next("webhook.test");
    assertEquals(message, received.header("webhook-id"));
    assertTrue(received.header("webhook-signature").startsWith("v1,"));
    String log = path + "/deliveries/" + message;
    Api.await("the result", () -> api.get(log, admin()).body().contains("\"status\":200"));
    assertAnswer(200, "\"answer\":\"ok\"", api.get(log, admin()));
    assertAnswer(202, "\"resent\":1", api.post(log + "/resend", admin(), ""));
    assertEquals(message, receiver.next("webhook.test").header("webhook-id"));
    Api.await(
        "the result",
        () -> api.get(path + "/deliveries?state=delivered", admin()).body().contains(message));
    assertAnswer(
        202,
        "\"resent\":1",
        api.post(path + "/resend", admin(), "{\"since\":\"2026-01-01T00:00:00Z\"}"));
    receiver.next("webhook.test");

    assertAnswer(200, "previousSecretUntil", api.post(path + "/rotate", admin(), "{}"));
    assertAnswer(409, "rotation_pending", api.post(path + "/rotate", admin(), "{}"));
    assertAnswer(
        200,
        "\"state\":\"paused\"",
        api.send(
            api.request(path, admin())
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"state\":\"paused\"}"))
                .build()));
    assertEquals(204, api.send(api.request(path, admin()).DELETE().build()).statusCode());
    assertEquals(404, api.get(path, admin()).statusCode());
    assertAnswer(
        200, "webhook.delete", api.get("/broadcasty/admin/audit?action=webhook.delete", admin()));
  }
}
