package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.webhook.sending.HookReceiver;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks endpoints of webhooks from their creation to their deletion on a server. */
final class WebhookChecks {

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
                .method(
                    "PATCH",
                    java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\":\"paused\"}"))
                .build()));
    assertEquals(204, api.send(api.request(path, admin()).DELETE().build()).statusCode());
    assertEquals(404, api.get(path, admin()).statusCode());
    assertAnswer(
        200, "webhook.delete", api.get("/broadcasty/admin/audit?action=webhook.delete", admin()));
  }
}
