package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests push on a server without a push service, and the resources that browsers fetch there
 * anyway.
 */
@Tag("any-server")
class PushOffIT extends BuiltWarTestBase {

  private static void isOff(HttpResponse<String> answer) {
    assertEquals(404, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("\"code\":\"push_off\""), answer.body());
    assertTrue(answer.body().contains("broadcasty.push"), answer.body());
  }

  @Test
  void everyPathReportsThatPushIsOff() {
    String publisher = api.tokens.publisher();
    isOff(
        api.post(
            "/broadcasty/push/subscriptions", publisher, "{\"service\":\"fcm\",\"token\":\"t\"}"));
    isOff(
        api.post(
            "/broadcasty/push/subscriptions",
            publisher,
            "{\"service\":\"pager\",\"token\":\"t\"}"));
    isOff(api.get("/broadcasty/push/subscriptions", publisher));
    isOff(api.send(api.request("/broadcasty/push/subscriptions/x", publisher).DELETE().build()));
    isOff(
        api.post(
            "/broadcasty/push/send",
            publisher,
            "{\"to\":{\"users\":[\"ann\"]},\"notification\":{\"title\":\"T\"}}"));
    isOff(api.get("/broadcasty/push/some-id", publisher));
    isOff(api.get("/broadcasty/push/key", ""));
    String publication =
        "{\"channel\":\"feed\",\"payload\":1,\"id\":\"i\",\"pushIfUndelivered\":"
            + "{\"after\":5,\"notification\":{\"title\":\"T\"}}}";
    isOff(api.publish(publication));
  }

  @Test
  void reportsInvalidRequests() {
    String publisher = api.tokens.publisher();
    assertEquals(401, api.post("/broadcasty/push/send", "", "{}").statusCode());
    HttpResponse<String> untitled = api.post("/broadcasty/push/send", publisher, "{}");
    assertEquals(400, untitled.statusCode());
    assertTrue(untitled.body().contains("`notification`"), untitled.body());
    assertEquals(
        400,
        api.post(
                "/broadcasty/push/subscriptions",
                publisher,
                "{\"service\":\"a pager\",\"token\":\"t\"}")
            .statusCode());
    HttpResponse<String> withoutId =
        api.publish(
            "{\"channel\":\"feed\",\"payload\":1,\"pushIfUndelivered\":"
                + "{\"after\":5,\"notification\":{\"title\":\"T\"}}}");
    assertEquals(400, withoutId.statusCode());
    assertTrue(withoutId.body().contains("needs `id` too"), withoutId.body());
  }

  @Test
  void browsersGetTheServiceWorkerWithoutAToken() {
    HttpResponse<String> worker = asked("/broadcasty/push/sw.js");
    assertEquals(200, worker.statusCode());
    assertEquals("/", worker.headers().firstValue("Service-Worker-Allowed").orElse(""));
    assertTrue(
        worker.headers().firstValue("Content-Type").orElse("").startsWith("text/javascript"));
    assertTrue(worker.body().contains("notificationclick"));
  }

  private HttpResponse<String> asked(String path) {
    return api.send(api.request(path, "").header("Accept", "*/*").GET().build());
  }
}
