package io.broadcasty.push.webpush;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.CollapseKeys;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.FakePushService;
import io.broadcasty.push.provider.HttpProviderContract;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.webpush.VapidKeys.Base64Url;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the Web Push provider against a push service that decrypts messages and identifies senders.
 */
@SuppressWarnings("JavaUtilDate") // how the token library gives times
class WebPushProviderTest extends HttpProviderContract {

  private static final VapidKeys KEYS = VapidKeys.generate();
  private static final String PATH = "/push/secret-of-the-endpoint";

  private final ManualTime time = new ManualTime();
  private final FakeBrowser browser = new FakeBrowser();
  private String endpoint = service.url() + PATH;

  @Override
  protected PushProvider make(Duration timeout) {
    return provider(List.of(service.url().toString()), timeout);
  }

  @Override
  protected PushProvider makeAt(int port) {
    endpoint = "http://localhost:" + port + PATH;
    return provider(List.of("http://localhost:" + port), LONG_TIMEOUT);
  }

  @Override
  protected PushProvider makeUntrusting() {
    endpoint = untrusted.url() + PATH;
    return provider(List.of(untrusted.url().toString()), LONG_TIMEOUT);
  }

  private WebPushProvider provider(List<String> hosts, Duration timeout) {
    return new WebPushProvider(
        new WebPushSettings("mailto:ops@example.com", KEYS, hosts, timeout), time, threads());
  }

  @Override
  protected DeviceAddress device() {
    return browser.at(endpoint);
  }

  @Override
  protected List<DeviceAddress> badDevices() {
    String there = service.url() + PATH;
    return List.of(
        new DeviceAddress(SamplePushServices.WEB_PUSH, there, null, browser.auth()),
        new DeviceAddress(SamplePushServices.WEB_PUSH, there, browser.p256dh(), null),
        new DeviceAddress(SamplePushServices.WEB_PUSH, there, "BAAA", browser.auth()),
        new DeviceAddress(SamplePushServices.WEB_PUSH, there, browser.p256dh(), "AAAA"),
        new DeviceAddress(SamplePushServices.WEB_PUSH, there, browser.p256dh(), "no base64"),
        browser.at("not a url"),
        browser.at("mailto:ann@example.com"),
        browser.at("https://other.example.com/push"),
        browser.at("https://" + "x".repeat(3000) + ".example.com/"));
  }

  @Override
  protected void behave(Behaviour behaviour) {
    switch (behaviour) {
      case ACCEPT -> service.answer(201, "");
      case UNREGISTERED -> service.answer(410, "");
      case MISMATCHED -> service.answer(403, "");
      case BUSY -> service.answer(503, "busy");
      case TOO_LARGE -> service.answer(413, "");
    }
  }

  @Override
  protected Set<Integer> removingStatuses() {
    return Set.of(404, 410);
  }

  @Override
  protected void busyFor(int seconds) {
    service.answer(429, "", "Retry-After", Integer.toString(seconds));
  }

  @Override
  protected List<String> secrets() {
    return List.of(
        KEYS.privateKeyText(), browser.auth(), browser.p256dh(), "secret-of-the-endpoint");
  }

  @Test
  void theBrowserDecryptsTheMessage() throws Exception {
    behave(Behaviour.ACCEPT);
    Notification notification =
        new Notification(
            "Order \u20ac 7",
            "is ready",
            "https://shop.example.com/7",
            "{\"order\":7}",
            Duration.ofMinutes(5),
            Urgency.HIGH,
            "order-7");
    Dispatch dispatch = dispatch(notification);
    outcome(opened(make(LONG_TIMEOUT)), dispatch);
    FakePushService.Request request = service.last();
    assertEquals(PATH, request.path());
    assertEquals("60", request.header("TTL"));
    assertEquals("high", request.header("Urgency"));
    assertEquals("order-7", request.header("Topic"));
    assertEquals("aes128gcm", request.header("Content-Encoding"));
    assertFalse(request.headers().containsKey("crypto-key"), "that is of a draft");
    assertEquals(
        "{\"title\":\"Order \u20ac 7\",\"body\":\"is"
            + " ready\",\"url\":\"https://shop.example.com/7\",\"data\":{\"order\":7},\"id\":\""
            + dispatch.id()
            + "\",\"collapseKey\":\"order-7\"}",
        browser.decrypt(request.body()));
  }

  @Test
  void theServiceIdentifiesTheSender() throws Exception {
    behave(Behaviour.ACCEPT);
    outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    String[] parts = service.last().header("Authorization").split("t=|, k=", -1);
    assertEquals("vapid ", parts[0]);
    assertEquals(KEYS.publicKeyText(), parts[2]);
    SignedJWT token = SignedJWT.parse(parts[1]);
    assertTrue(token.verify(new ECDSAVerifier(P256.publicKey(Base64Url.decode(parts[2])))));
    assertEquals(List.of(service.url().toString()), token.getJWTClaimsSet().getAudience());
    assertEquals("mailto:ops@example.com", token.getJWTClaimsSet().getSubject());
    long goodSeconds =
        (token.getJWTClaimsSet().getExpirationTime().getTime() - time.nowMillis()) / 1000;
    assertEquals(13 * 3600, goodSeconds);
  }

  @Test
  void reusesATokenForTwelveHours() {
    behave(Behaviour.ACCEPT);
    PushProvider provider = opened(make(LONG_TIMEOUT));
    String first = authorization(provider);
    time.advance(Duration.ofHours(12).minusSeconds(1));
    assertEquals(first, authorization(provider));
    time.advance(Duration.ofSeconds(1));
    assertNotEquals(first, authorization(provider));
  }

  private String authorization(PushProvider provider) {
    outcome(provider, notification("Hello"));
    return service.last().header("Authorization");
  }

  @Test
  void shortensACollapseKeyToATopic() {
    assertEquals("order-7", CollapseKeys.topic("order-7"));
    assertEquals("a".repeat(32), CollapseKeys.topic("a".repeat(32)));
    for (String key : List.of("a".repeat(33), "with space", "\u20ac", "a.b", "")) {
      String topic = CollapseKeys.topic(key);
      assertTrue(topic.matches("[A-Za-z0-9_-]{32}"), topic);
      assertEquals(topic, CollapseKeys.topic(key));
      assertNotEquals(topic, CollapseKeys.topic(key + "x"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204})
  void acceptedStatuses(int status) {
    assertInstanceOf(ProviderResponse.Accepted.class, answered(status));
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void unregisteredStatuses(int status) {
    assertEquals(
        Long.MAX_VALUE,
        assertInstanceOf(ProviderResponse.Unregistered.class, answered(status)).sinceMillis());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void reportsAnotherVapidKey(int status) {
    assertEquals("broadcasty.push.webpush.vapid-public-key", mismatched(answered(status)));
  }

  @Test
  void recognisesAnotherVapidKeyInABadRequest() {
    service.answer(400, "{\"reason\":\"VapidPkHashMismatch\"}");
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    assertEquals("broadcasty.push.webpush.vapid-public-key", mismatched(outcome));
  }

  private static String mismatched(ProviderResponse outcome) {
    return assertInstanceOf(ProviderResponse.Mismatched.class, outcome).setting();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503})
  void retriedStatuses(int status) {
    assertNull(assertInstanceOf(ProviderResponse.Retry.class, answered(status)).after());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 415})
  void rejectedStatuses(int status) {
    assertInstanceOf(ProviderResponse.Rejected.class, answered(status));
  }

  @Test
  void aRedirectIsNotFollowed() {
    service.answer(307, "", "Location", service.url() + "/inside");
    assertInstanceOf(
        ProviderResponse.Rejected.class,
        outcome(opened(make(LONG_TIMEOUT)), notification("Hello")));
    assertEquals(1, service.requests().size());
  }

  @Test
  void retryAfterMayBeADate() {
    service.answer(503, "", "Retry-After", "Mon, 21 Sep 2026 12:00:30 GMT");
    assertEquals(Duration.ofSeconds(30), retryAfter());
    service.answer(503, "", "Retry-After", "999999999");
    assertEquals(Duration.ofDays(1), retryAfter(), "no service is waited for any longer");
    service.answer(503, "", "Retry-After", "Mon, 21 Sep 2026 11:00:00 GMT");
    assertNull(retryAfter());
    service.answer(503, "", "Retry-After", "soon");
    assertNull(retryAfter());
  }

  private @Nullable Duration retryAfter() {
    return assertInstanceOf(
            ProviderResponse.Retry.class,
            outcome(opened(make(LONG_TIMEOUT)), notification("Hello")))
        .after();
  }

  @Test
  void timesOutAnEndlessBody() {
    service.answer(201, "some");
    service.stallInBody();
    assertInstanceOf(
        ProviderResponse.Retry.class, outcome(opened(make(SHORT_TIMEOUT)), notification("Hello")));
  }

  @Test
  void aHugeBodyIsNotRead() {
    service.answer(503, "x".repeat(5_000_000));
    assertInstanceOf(
        ProviderResponse.Retry.class, outcome(opened(make(LONG_TIMEOUT)), notification("Hello")));
  }

  @Test
  void doesNotSendToANameThatLaterResolvesInternally() {
    AtomicInteger asked = new AtomicInteger();
    EndpointGuard.Resolver rebinding =
        host -> {
          byte last = (byte) (asked.getAndIncrement() == 0 ? 8 : 1);
          byte[] address = last == 8 ? new byte[] {8, 8, 8, 8} : new byte[] {127, 0, 0, 1};
          return List.of(InetAddress.getByAddress(host, address));
        };
    PushProvider provider =
        opened(
            new WebPushProvider(
                new WebPushSettings("mailto:ops@example.com", KEYS, List.of(), LONG_TIMEOUT),
                time,
                threads(),
                rebinding));
    endpoint = "https://push.example.com/x";
    assertDoesNotThrow(() -> provider.validate(device()));
    ProviderResponse.Rejected outcome =
        assertInstanceOf(ProviderResponse.Rejected.class, outcome(provider, notification("Hello")));
    assertTrue(outcome.reason().contains("not at a public address"), outcome.reason());
    assertEquals(2, asked.get());
  }

  @Test
  void anEndpointsOriginIsAPartOfTheService() {
    WebPushProvider any = provider(List.of(), LONG_TIMEOUT);
    opened(any);
    assertEquals(
        "https://updates.push.services.mozilla.com",
        any.origin(browser.at("https://UPDATES.push.services.mozilla.com:443/wpush/v2/x")));
    assertEquals("", any.origin(browser.at("http://not.allowed.example.com/x")));
    assertTrue(any.expectsOrigin("https://fcm.googleapis.com"));
    assertTrue(any.expectsOrigin("https://web.push.apple.com"));
    assertFalse(any.expectsOrigin("https://push.apple.com.example.org"));
    assertFalse(any.expectsOrigin("https://example.com"));
    WebPushProvider listed = provider(List.of("push.example.com"), LONG_TIMEOUT);
    opened(listed);
    assertTrue(listed.expectsOrigin("https://push.example.com"));
  }

  @Test
  void retriesAnUnknownHost() {
    PushProvider provider =
        opened(
            new WebPushProvider(
                new WebPushSettings("mailto:ops@example.com", KEYS, List.of(), LONG_TIMEOUT),
                time,
                threads(),
                host -> {
                  throw new UnknownHostException(host);
                }));
    endpoint = "https://push.example.com/x";
    assertInstanceOf(ProviderResponse.Retry.class, outcome(provider, notification("Hello")));
  }

  @Test
  void anExpiredNotificationIsNotKept() {
    behave(Behaviour.ACCEPT);
    outcome(
        opened(make(LONG_TIMEOUT)),
        new Dispatch(UUID.randomUUID(), device(), notification("Hello"), -5));
    assertEquals("0", service.last().header("TTL"));
    assertFalse(service.last().headers().containsKey("topic"));
  }

  private ProviderResponse answered(int status) {
    service.answer(status, "");
    return outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
  }

  @Test
  void takesKeysInStandardBase64() throws Exception {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    behave(Behaviour.ACCEPT);
    for (boolean padded : List.of(true, false)) {
      Base64.Encoder encoder = padded ? Base64.getEncoder() : Base64.getEncoder().withoutPadding();
      DeviceAddress device =
          new DeviceAddress(
              SamplePushServices.WEB_PUSH,
              endpoint,
              encoder.encodeToString(Base64Url.decode(browser.p256dh())),
              encoder.encodeToString(Base64Url.decode(browser.auth())));
      provider.validate(device);
    }
    assertEquals(
        List.of((byte) -5, (byte) -1, (byte) -65),
        List.of(
            Base64Url.decode("+/+/")[0], Base64Url.decode("-_-_")[1], Base64Url.decode("+_-/")[2]));
  }

  @Test
  void quotesTheServiceWithoutTheEndpoint() {
    service.answer(400, "{\"reason\":\"BadTtl\",\"for\":\"" + endpoint + "\"}");
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    String reason = assertInstanceOf(ProviderResponse.Rejected.class, outcome).reason();
    assertTrue(reason.contains("BadTtl"), reason);
    assertFalse(reason.contains("secret-of-the-endpoint"), reason);
    service.answer(400, "<html>no</html>");
    assertEquals(
        new ProviderResponse.Rejected("the push service answered 400"),
        outcome(opened(make(LONG_TIMEOUT)), notification("Hello")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mailto:x@localhost",
        "mailto:ops@intranet",
        "mailto:ops@10.0.0.1",
        "mailto:ops@example.local",
        "mailto:ops",
        "mailto:<ops@example.com>",
        "mailto: ops@example.com",
        "https://localhost",
        "https://localhost:8443/contact",
        "https://127.0.0.1",
        "http://example.com",
        "ops@example.com"
      })
  void rejectsASubjectThatAppleRefuses(String subject) {
    assertThrows(IllegalArgumentException.class, () -> WebPushSettings.requireSubject(subject));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mailto:ops@example.com",
        "mailto:a.b+c@mail.example.co.uk",
        "mailto:ops@bücher.example",
        "https://example.com",
        "https://www.example.com:8443/contact?a=b"
      })
  void acceptsAPublicSubject(String subject) {
    assertDoesNotThrow(() -> WebPushSettings.requireSubject(subject));
  }
}
