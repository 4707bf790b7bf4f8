package io.broadcasty.integration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.push.provider.FakePushService;
import io.broadcasty.push.webpush.FakeBrowser;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests push from the request to fake push services. A first server process is killed while it
 * sends; the second one, which all tests share, has to finish that send.
 */
@Tag("any-server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PushProcessIT {

  private static final int QUEUED = 400;
  private static final int IN_FLIGHT = 50;
  private static final int SENT_BEFORE = 100;
  private static final String INTERRUPTED = "interrupted";

  /** Allows for Chromium's registration at its own push service, which takes a moment. */
  private static final LocatorAssertions.ContainsTextOptions REGISTERS_FIRST =
      new LocatorAssertions.ContainsTextOptions().setTimeout(60_000);

  @SuppressWarnings("NullAway.Init")
  private PushServices services;

  @SuppressWarnings("NullAway.Init")
  private ServerProcess server;

  @SuppressWarnings("NullAway.Init")
  private Api api;

  @BeforeAll
  void killsTheFirstProcessWhileItSends(@TempDir Path home) throws Exception {
    services = new PushServices();
    Map<String, String> settings = new HashMap<>(services.settings());
    settings.put("BROADCASTY_LIMITS_ENABLED", "false");
    settings.put("BROADCASTY_PUSH_MAX_IN_FLIGHT", String.valueOf(IN_FLIGHT));
    settings.put("BROADCASTY_PUSH_ONESIGNAL_TIMEOUT", "2s"); // its lease ends in 10 s
    Ports ports = Ports.free();
    services.oneSignal.holdAfter(SENT_BEFORE);
    server = ServerProcess.start(home, ports, settings);
    api = server.awaitReady();
    Set<String> users = new TreeSet<>();
    for (int device = 0; device < QUEUED; device++) {
      String user = "u" + device % 20;
      users.add('"' + user + '"');
      register(api.tokens.publisher(), oneSignal(UUID.randomUUID(), ",\"user\":\"" + user + "\""));
    }
    String taken = send(INTERRUPTED, INTERRUPTED, "{\"users\":[" + String.join(",", users) + "]}");
    assertTrue(taken.contains("\"devices\":" + QUEUED), taken);
    Api.await("some to be under way", () -> services.oneSignal.requests().size() > SENT_BEFORE);
    server.kill();
    assertTrue(oneSignalKeys().size() < QUEUED, "it was killed too late");
    services.oneSignal.release();
    server = ServerProcess.start(home, ports, settings);
    api = server.awaitReady();
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
    services.close();
  }

  private static String oneSignal(UUID device, String rest) {
    return "{\"service\":\"onesignal\",\"token\":\"" + device + "\"" + rest + "}";
  }

  private static String fcm(String rest) {
    return "{\"service\":\"fcm\",\"token\":\"" + fcmToken() + "\"" + rest + "}";
  }

  private static String fcmToken() {
    return "installation:" + UUID.randomUUID();
  }

  private String member(String user) {
    return api.tokens.token("demo", user, Duration.ofMinutes(10), List.of("member"));
  }

  private String register(String token, String device) {
    HttpResponse<String> answer = api.post("/broadcasty/push/subscriptions", token, device);
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  private String send(String id, String to) {
    return send(id, "Paid", to);
  }

  private String send(String id, String title, String to) {
    HttpResponse<String> answer =
        post(
            "{\"id\":\""
                + id
                + "\",\"to\":"
                + to
                + ",\"notification\":{\"title\":\""
                + title
                + "\",\"body\":\"Order 17\",\"url\":\"/orders/17\","
                + "\"data\":{\"order\":17},\"ttl\":600}}");
    assertEquals(202, answer.statusCode(), answer.body());
    return answer.body();
  }

  private HttpResponse<String> post(String order) {
    return api.post("/broadcasty/push/send", api.tokens.publisher(), order);
  }

  private String outcomes(String id) {
    return api.get("/broadcasty/push/" + id, api.tokens.publisher()).body();
  }

  private void awaitAccepted(String id, int devices, Duration patience) {
    String counts = "\"counts\":{\"accepted\":" + devices + "}";
    Api.await(
        "acceptance of " + id,
        patience,
        Duration.ofMillis(100),
        () -> outcomes(id).contains(counts));
  }

  @Test
  @Order(1)
  void oneSendReachesAllFourDevicesOfAUser() throws Exception {
    String dora = member("dora");
    FakeBrowser browser = new FakeBrowser();
    String endpoint = "/endpoint/of-a-browser";
    String fcmToken = fcmToken();
    String apnsToken = "0123456789abcdef".repeat(4);
    UUID oneSignal = UUID.randomUUID();
    register(
        dora,
        "{\"endpoint\":\"%s%s\",\"expirationTime\":null,\"keys\":{\"p256dh\":\"%s\",\"auth\":\"%s\"}}"
            .formatted(services.webPush.url(), endpoint, browser.p256dh(), browser.auth()));
    register(dora, "{\"service\":\"fcm\",\"token\":\"" + fcmToken + "\"}");
    register(dora, "{\"service\":\"apns\",\"token\":\"" + apnsToken + "\"}");
    register(dora, oneSignal(oneSignal, ""));

    String taken = send("four", "{\"users\":[\"dora\"]}");
    assertEquals("{\"id\":\"four\",\"devices\":4,\"duplicate\":false}", taken);
    awaitAccepted("four", 4, Api.PATIENCE);
    String outcomes = outcomes("four");
    for (String service : List.of("webpush", "fcm", "apns", "onesignal")) {
      assertTrue(outcomes.contains("\"service\":\"" + service + "\""), outcomes);
    }

    FakePushService.Request pushed = only(services.webPush.requestsAt(endpoint));
    String shown = browser.decrypt(pushed.body());
    assertTrue(
        shown.startsWith(
            "{\"title\":\"Paid\",\"body\":\"Order"
                + " 17\",\"url\":\"/orders/17\",\"data\":{\"order\":17}"),
        shown);
    assertTrue(Integer.parseInt(pushed.header("TTL")) > 550, pushed.header("TTL"));
    assertKnown(pushed.header("Authorization"));
    FakePushService.Request message =
        only(named(services.fcm.requestsAt(PushServices.FCM_PATH), fcmToken));
    assertEquals("Bearer ya29.secret", message.header("Authorization"));
    assertTrue(message.text().contains("\"title\":\"Paid\",\"body\":\"Order 17\""), message.text());
    PushServices.Apns apns = only(services.apns);
    assertEquals("/3/device/" + apnsToken, apns.path());
    assertEquals("com.example.app", apns.topic());
    assertTrue(
        apns.payload().contains("{\"title\":\"Paid\",\"body\":\"Order 17\"}"), apns.payload());
    FakePushService.Request one =
        only(
            named(
                services.oneSignal.requestsAt(PushServices.ONE_SIGNAL_PATH), oneSignal.toString()));
    assertEquals("Key os-secret-key", one.header("Authorization"));
    assertTrue(one.text().contains("\"headings\":{\"en\":\"Paid\"}"), one.text());
  }

  /**
   * Asserts that the request is signed for this push service with the key that browsers subscribed
   * with (RFC 8292).
   */
  private void assertKnown(String authorization) throws Exception {
    Matcher vapid = Pattern.compile("vapid t=([^,]+), k=(.+)").matcher(authorization);
    assertTrue(vapid.matches(), "the form of Authorization");
    assertEquals(services.vapid.publicKeyText(), vapid.group(2));
    byte[] point = new Base64URL(vapid.group(2)).decode();
    ECKey key =
        new ECKey.Builder(
                Curve.P_256,
                Base64URL.encode(Arrays.copyOfRange(point, 1, 33)),
                Base64URL.encode(Arrays.copyOfRange(point, 33, 65)))
            .build();
    SignedJWT token = SignedJWT.parse(vapid.group(1));
    assertTrue(token.verify(new ECDSAVerifier(key)));
    assertEquals(List.of(services.webPush.url().toString()), token.getJWTClaimsSet().getAudience());
    assertEquals(PushServices.SUBJECT, token.getJWTClaimsSet().getSubject());
    Instant expires = token.getJWTClaimsSet().getExpirationTime().toInstant();
    assertTrue(expires.isBefore(Instant.now().plus(Duration.ofHours(24))), expires.toString());
  }

  private static <T> T only(List<T> all) {
    assertEquals(1, all.size());
    return all.get(0);
  }

  private static List<FakePushService.Request> named(
      List<FakePushService.Request> all, String device) {
    return all.stream().filter(each -> each.text().contains(device)).toList();
  }

  @Test
  @Order(2)
  void retriesABusyServiceWithTheSameDispatch() {
    String token = fcmToken();
    String registered =
        register(
            member("finn"),
            "{\"service\":\"fcm\",\"token\":\"" + token + "\",\"device\":\"phone\"}");
    assertTrue(registered.contains("\"user\":\"finn\""), registered);
    assertFalse(registered.contains(token), "an address is sent back");
    services.fcm.answer(503, "{\"error\":{\"status\":\"UNAVAILABLE\"}}");
    send("busy", "{\"users\":[\"finn\"]}");
    Api.await("a try that fails", () -> outcomes("busy").contains("\"retrying\""));
    assertTrue(outcomes("busy").contains("503"), outcomes("busy"));
    services.fcm.answer(200, "{\"name\":\"projects/shop-1/messages/2\"}");
    awaitAccepted("busy", 1, Api.PATIENCE);
    List<FakePushService.Request> tries =
        named(services.fcm.requestsAt(PushServices.FCM_PATH), token);
    assertTrue(tries.size() >= 2);
    assertEquals(1, tries.stream().map(each -> key(each, "id")).distinct().count());
    String again = send("busy", "{\"users\":[\"finn\"]}");
    assertTrue(again.contains("\"duplicate\":true"), again);
  }

  @Test
  @Order(3)
  void reportsAnUnsendableNotificationAtOnce() {
    register(member("gwen"), fcm(""));
    HttpResponse<String> nobody =
        post("{\"to\":{\"users\":[\"nobody\"]},\"notification\":{\"title\":\"T\"}}");
    assertEquals(404, nobody.statusCode(), nobody.body());
    assertTrue(nobody.body().contains("\"no_device\""), nobody.body());
    HttpResponse<String> huge =
        post(
            "{\"to\":{\"users\":[\"gwen\"]},\"notification\":{\"title\":\"T\",\"data\":{\"x\":\""
                + "y".repeat(5000)
                + "\"}}}");
    assertEquals(413, huge.statusCode(), huge.body());
    assertTrue(huge.body().contains("bytes longer than fcm allows"), huge.body());
    HttpResponse<String> inside =
        api.post(
            "/broadcasty/push/subscriptions",
            member("gwen"),
            "{\"endpoint\":\"https://10.0.0.1/x\",\"keys\":{\"p256dh\":\"%s\",\"auth\":\"%s\"}}"
                .formatted(new FakeBrowser().p256dh(), new FakeBrowser().auth()));
    assertEquals(400, inside.statusCode(), inside.body());
    assertTrue(inside.body().contains("allowed"), inside.body());
    String denials = "broadcasty_denials_total{action=\"push\"}";
    double denied = Scrape.of(api).value(denials);
    HttpResponse<String> others =
        api.get("/broadcasty/push/subscriptions?user=gwen", member("hank"));
    assertEquals(403, others.statusCode(), others.body());
    assertEquals(denied + 1, Scrape.of(api).value(denials));
  }

  @Test
  @Order(4)
  void connectedUsersGetThePublicationAndOthersAPush() {
    String channel = Api.freshChannel("feed.");
    String follows = ",\"topics\":[\"" + channel + "\"]";
    register(member("hans"), fcm(follows));
    register(member("ines"), fcm(follows));
    WsStream hans = WsStream.open(api, member("hans"));
    hans.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
    assertEquals("subscribed", hans.next().kind());
    String publication =
        "\"channel\":\""
            + channel
            + "\",\"payload\":1,\"%s\":\"%s\",\"pushIfUndelivered\":"
            + "{\"after\":2,\"notification\":{\"title\":\"News\"}}}";
    HttpResponse<String> published = api.publish("{" + publication.formatted("id", "p-1"));
    assertEquals(200, published.statusCode(), published.body());
    WsStream publisher = WsStream.open(api, api.tokens.publisher());
    publisher.send(
        "{\"id\":1,\"command\":\"publish\"," + publication.formatted("publicationId", "p-2"));
    Set<String> pushes =
        Set.of(pushOf(published.body()), pushOf(publisher.next().json())); // two different pushes
    for (String push : pushes) {
      Api.await("the push", () -> outcomes(push).contains("\"accepted\":1"));
      String outcomes = outcomes(push);
      assertTrue(outcomes.contains("\"user\":\"ines\""), outcomes);
      assertTrue(outcomes.contains("\"devices\":1"), outcomes);
    }
    publisher.close();
    hans.close();
  }

  @Test
  @Order(4)
  void aUserWhoLostARoleGetsNoMorePushOfATopic() {
    String topic = Api.freshChannel("private-feed.");
    String to = "{\"topics\":[\"" + topic + "\"]}";
    String phone = "{\"service\":\"fcm\",\"token\":\"" + fcmToken() + "\"";
    String follows = phone + ",\"topics\":[\"" + topic + "\"]}";
    String guest = api.tokens.token("demo", "ivan", Duration.ofMinutes(10), List.of());
    register(member("ivan"), follows);
    sendWhileBusy("waits", to);
    String again = register(guest, phone + "}");
    assertTrue(again.contains("\"dropped\":[\"" + topic + "\"]"), again);
    awaitRejected("waits", topic);
    assertTrue(send("later", to).contains("\"devices\":0"));

    register(member("ivan"), follows);
    HttpResponse<String> refused = api.post("/broadcasty/push/subscriptions", guest, follows);
    assertEquals(403, refused.statusCode(), refused.body());
    assertTrue(send("after-403", to).contains("\"devices\":0"));

    register(member("ivan"), follows);
    sendWhileBusy("waits-too", to);
    HttpResponse<String> ended =
        api.post("/broadcasty/admin/disconnect", api.tokens.admin(), "{\"user\":\"ivan\"}");
    assertEquals(202, ended.statusCode(), ended.body());
    awaitRejected("waits-too", topic);
    assertTrue(send("after-the-end", to).contains("\"devices\":0"));
    register(member("ivan"), phone + "}");
    assertTrue(send("confirmed", to).contains("\"devices\":1"));
    awaitAccepted("confirmed", 1, Api.PATIENCE);
  }

  private void sendWhileBusy(String id, String to) {
    services.fcm.answer(503, "{\"error\":{\"status\":\"UNAVAILABLE\"}}");
    send(id, to);
    Api.await("a try that fails", () -> outcomes(id).contains("\"retrying\""));
  }

  /** Lets the service answer again, and waits until the server refuses to send. */
  private void awaitRejected(String id, String topic) {
    services.fcm.answer(200, "{\"name\":\"projects/shop-1/messages/2\"}");
    Api.await("the refusal of " + id, () -> outcomes(id).contains("\"rejected\":1"));
    assertTrue(outcomes(id).contains(topic), outcomes(id));
  }

  private static String pushOf(String answer) {
    Matcher push = Pattern.compile("\"push\":\"([^\"]+)\"").matcher(answer);
    assertTrue(push.find(), answer);
    return push.group(1);
  }

  @Test
  @Order(5)
  void aBrowserSubscribesOnTheDemoPageAndShowsWhatIsPushed(@TempDir Path profile) throws Exception {
    try (PushBrowser chromium = PushBrowser.open(profile, api.base, services.webPush.url())) {
      Page page = chromium.page;
      page.locator("#push-subscribe").click();
      assertThat(page.locator("#push-answer")).containsText("bob's notifications", REGISTERS_FIRST);
      int before = services.webPush.requests().size();
      page.locator("#push-text").fill("From the page");
      page.locator("#push-form").evaluate("form => form.requestSubmit()");
      assertThat(page.locator("#push-answer")).hasText("1 accepted of 1.");
      send("browser", "Order 17", "{\"users\":[\"bob\"]}");
      awaitAccepted("browser", 1, Api.PATIENCE);
      List<FakePushService.Request> pushed = services.webPush.requests();
      assertEquals(before + 2, pushed.size());
      for (FakePushService.Request each : pushed.subList(before, before + 2)) {
        chromium.deliver(each.body());
      }
      chromium.awaitDisplayed(2);
      String shown = chromium.shown().toString();
      assertTrue(shown.contains("From the page||"), shown);
      assertTrue(shown.contains("Order 17|Order 17|"), shown);
      assertTrue(shown.contains("{\"url\":\"/orders/17\",\"data\":{\"order\":17}}"), shown);
      assertEquals("opens /orders/17", chromium.click("Order 17"));
      assertEquals("focuses /", chromium.click("From the page"));
      Api.await("both to be closed", () -> chromium.shown().isEmpty());
      page.locator("#push-subscribe").click();
      assertThat(page.locator("#push-answer")).containsText("no longer gets notifications");
      assertEquals(
          "{\"subscriptions\":[]}",
          api.get("/broadcasty/push/subscriptions", member("bob")).body());
      assertEquals(List.of(), chromium.errors);
    }
  }

  @Test
  @Order(6)
  void queuedNotificationsSurvivedTheKill() {
    awaitAccepted(INTERRUPTED, QUEUED, Duration.ofSeconds(60)); // includes the end of a lease
    List<String> all = oneSignalKeys();
    assertEquals(QUEUED, new HashSet<>(all).size());
    assertTrue(all.size() - QUEUED <= IN_FLIGHT, () -> all.size() - QUEUED + " were sent twice");
    String log = server.log();
    assertTrue(services.secrets().stream().noneMatch(log::contains), "the log has a secret");
  }

  /** Returns the idempotency keys of the interrupted send; each dispatch has one. */
  private List<String> oneSignalKeys() {
    return services.oneSignal.requests().stream()
        .filter(each -> each.text().contains("\"en\":\"" + INTERRUPTED + "\""))
        .map(each -> key(each, "idempotency_key"))
        .toList();
  }

  private static String key(FakePushService.Request request, String field) {
    Matcher found = Pattern.compile("\"" + field + "\":\"([^\"]+)\"").matcher(request.text());
    assertTrue(found.find(), request.text());
    return found.group(1);
  }
}
