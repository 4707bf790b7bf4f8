package io.broadcasty.push.apns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.server.RejectedNotificationException;
import com.eatthepath.pushy.apns.server.RejectionReason;
import com.eatthepath.pushy.apns.server.UnregisteredDeviceTokenException;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.TcpProxy;
import io.broadcasty.core.auth.Pem;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviderContract;
import io.broadcasty.push.provider.TestCertificate;
import io.broadcasty.push.provider.Urgency;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the APNs provider against pushy's own server, over HTTP/2 and TLS. */
class ApnsProviderTest extends PushProviderContract {

  private static final String P8 = Pem.newEcKey("secp256r1");
  private static final String DEVICE = "0123456789abcdef".repeat(4);

  private final ManualTime time = new ManualTime();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile @Nullable RejectedNotificationException rejection;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private FakeApnsServer server;

  private record Received(Http2Headers headers, String payload) {}

  @BeforeEach
  void start() throws Exception {
    server =
        new FakeApnsServer(
            (headers, payload) -> {
              received.add(
                  new Received(
                      headers, payload == null ? "" : payload.toString(StandardCharsets.UTF_8)));
              await();
              RejectedNotificationException thrown = rejection;
              if (thrown != null) {
                throw thrown;
              }
            });
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    server.close();
  }

  private void await() {
    try {
      if (!gate.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the test did not release the answers");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  protected PushProvider make(Duration timeout) {
    return at(server.port(), TestCertificate.shared().certificate(), timeout);
  }

  @Override
  protected PushProvider makeAt(int other) {
    return at(other, TestCertificate.shared().certificate(), Duration.ofSeconds(3));
  }

  @Override
  protected PushProvider makeUntrusting() {
    return at(server.port(), null, LONG_TIMEOUT);
  }

  private PushProvider at(int at, @Nullable X509Certificate trusted, Duration timeout) {
    return new ApnsProvider(
        new ApnsSettings(key(P8), "com.example.app", "localhost", at, trusted, timeout),
        time,
        threads());
  }

  /** A firewall has forgotten the connection, and pushy would find that out after minutes. */
  @Test
  void aSilentConnectionIsReplacedByAnother() throws Exception {
    try (TcpProxy line = new TcpProxy(server.port())) {
      PushProvider provider =
          opened(at(line.port(), TestCertificate.shared().certificate(), Duration.ofSeconds(3)));
      assertInstanceOf(ProviderResponse.Accepted.class, outcome(provider, notification("before")));
      line.swallowOpen();
      assertInstanceOf(ProviderResponse.Retry.class, outcome(provider, notification("lost")));
      assertInstanceOf(
          ProviderResponse.Accepted.class, outcome(provider, notification("afterwards")));
    }
  }

  private static ApnsSigningKey key(String p8) {
    return ApnsSettings.key(p8, "TEAM567890", "KEY4567890");
  }

  @Override
  protected DeviceAddress device() {
    return new DeviceAddress(SamplePushServices.APNS, DEVICE, null, null);
  }

  @Override
  protected List<DeviceAddress> badDevices() {
    return List.of(
        new DeviceAddress(SamplePushServices.APNS, "short", null, null),
        new DeviceAddress(SamplePushServices.APNS, DEVICE + "0", null, null),
        new DeviceAddress(SamplePushServices.APNS, DEVICE.replace('a', 'g'), null, null),
        new DeviceAddress(SamplePushServices.APNS, "<" + DEVICE + ">", null, null));
  }

  @Override
  protected void behave(Behaviour behaviour) {
    rejection =
        switch (behaviour) {
          case ACCEPT -> null;
          case UNREGISTERED ->
              new UnregisteredDeviceTokenException(Instant.ofEpochMilli(1_790_000_000_000L));
          case MISMATCHED -> new RejectedNotificationException(RejectionReason.BAD_DEVICE_TOKEN);
          case BUSY -> new RejectedNotificationException(RejectionReason.SERVICE_UNAVAILABLE);
          case TOO_LARGE -> new RejectedNotificationException(RejectionReason.PAYLOAD_TOO_LARGE);
        };
  }

  @Override
  protected void busyFor(int seconds) {
    rejection = new RejectedNotificationException(RejectionReason.TOO_MANY_REQUESTS);
  }

  /** Returns false: Apple does not say so, and pushy would not report it. */
  @Override
  protected boolean sendsRetryAfter() {
    return false;
  }

  @Override
  protected void hold() {
    gate = new CountDownLatch(1);
  }

  @Override
  protected void release() {
    gate.countDown();
  }

  @Override
  protected int received() {
    return received.size();
  }

  @Override
  protected List<String> secrets() {
    return List.of(DEVICE, P8, P8.substring(30, 60));
  }

  @Test
  void sendsTheNotificationAndItsHeaders() throws Exception {
    Dispatch dispatch =
        dispatch(
            new Notification(
                "Order",
                "is ready",
                "https://shop.example.com/7",
                "{\"order\":7}",
                Duration.ofMinutes(5),
                Urgency.HIGH,
                "order-7"));
    assertEquals(
        new ProviderResponse.Accepted(dispatch.id().toString()),
        outcome(opened(make(LONG_TIMEOUT)), dispatch));
    Received came = received.get(0);
    assertEquals("/3/device/" + DEVICE, came.headers().path().toString());
    assertEquals("com.example.app", header(came, "apns-topic"));
    assertEquals("alert", header(came, "apns-push-type"));
    assertEquals("10", header(came, "apns-priority"));
    assertEquals("order-7", header(came, "apns-collapse-id"));
    assertEquals(dispatch.id().toString(), header(came, "apns-id"));
    assertEquals(
        Long.toString((time.nowMillis() + 60_500) / 1000), header(came, "apns-expiration"));
    String token = header(came, "authorization").replace("bearer ", "");
    assertEquals("KEY4567890", SignedJWT.parse(token).getHeader().getKeyID());
    assertEquals("TEAM567890", SignedJWT.parse(token).getJWTClaimsSet().getIssuer());
    assertEquals(
        "{\"aps\":{\"alert\":{\"title\":\"Order\",\"body\":\"is ready\"}},\"id\":\""
            + dispatch.id()
            + "\",\"url\":\"https://shop.example.com/7\",\"data\":{\"order\":7}}",
        came.payload());
  }

  @Test
  void aLowUrgencyConservesPower() {
    outcome(
        opened(make(LONG_TIMEOUT)),
        new Notification("Only", null, null, null, Duration.ZERO, Urgency.LOW, "k".repeat(65)));
    assertEquals("5", header(received.get(0), "apns-priority"));
    assertEquals(43, header(received.get(0), "apns-collapse-id").length());
  }

  @Test
  void reportsSinceWhenADeviceIsUnregistered() {
    behave(Behaviour.UNREGISTERED);
    ProviderResponse.Unregistered gone =
        assertInstanceOf(
            ProviderResponse.Unregistered.class,
            outcome(opened(make(LONG_TIMEOUT)), notification("Hello")));
    assertEquals(1_790_000_000_000L, gone.sinceMillis());
  }

  @ParameterizedTest
  @CsvSource({
    "410, Unregistered, Unregistered",
    "410, ExpiredToken, Unregistered",
    "410, '', Unregistered",
    "400, BadDeviceToken, Mismatched",
    "400, DeviceTokenNotForTopic, Mismatched",
    "429, TooManyRequests, Retry",
    "429, TooManyProviderTokenUpdates, Retry",
    "403, ExpiredProviderToken, Retry",
    "500, InternalServerError, Retry",
    "503, ServiceUnavailable, Retry",
    "503, Shutdown, Retry",
    "403, InvalidProviderToken, Misconfigured",
    "403, MissingProviderToken, Misconfigured",
    "403, BadCertificate, Misconfigured",
    "403, BadCertificateEnvironment, Misconfigured",
    "403, Forbidden, Misconfigured",
    "400, TopicDisallowed, Misconfigured",
    "400, MissingTopic, Misconfigured",
    "400, BadTopic, Misconfigured",
    "400, InvalidPushType, Misconfigured",
    "413, PayloadTooLarge, Rejected",
    "400, BadCollapseId, Rejected",
    "400, PayloadEmpty, Rejected"
  })
  void theReasonsOfApple(int status, String reason, String outcome) {
    ProviderResponse verdict = ApnsProvider.toResponse(status, reason, Long.MAX_VALUE);
    assertEquals(outcome, verdict.getClass().getSimpleName(), verdict.toString());
    if (verdict instanceof ProviderResponse.Misconfigured mend) {
      assertEquals(
          status == 403 ? "broadcasty.push.apns.key" : "broadcasty.push.apns.topic",
          mend.setting());
    }
  }

  @Test
  void namesTheSettingThatMayNotFitTheDevice() {
    assertEquals("broadcasty.push.apns.sandbox", suspected("BadDeviceToken"));
    assertEquals("broadcasty.push.apns.topic", suspected("DeviceTokenNotForTopic"));
  }

  @ParameterizedTest
  @EnumSource(value = RejectionReason.class, names = "UNREGISTERED", mode = EnumSource.Mode.EXCLUDE)
  void noOtherReasonRemovesADevice(RejectionReason reason) {
    StringBuilder name = new StringBuilder();
    for (String word : reason.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    for (int status : List.of(400, 403, 404, 405, 413, 429, 500, 503)) {
      ProviderResponse outcome = ApnsProvider.toResponse(status, name.toString(), Long.MAX_VALUE);
      assertFalse(outcome instanceof ProviderResponse.Unregistered, outcome.toString());
      assertFalse(outcome instanceof ProviderResponse.Accepted, outcome.toString());
    }
  }

  private static String suspected(String reason) {
    return assertInstanceOf(
            ProviderResponse.Mismatched.class, ApnsProvider.toResponse(400, reason, Long.MAX_VALUE))
        .setting();
  }

  @Test
  void rejectsABadKeyAtTheStart() {
    for (String bad :
        List.of(
            "",
            "AuthKey",
            P8.replace("BEGIN", "BEGINN"),
            P8.substring(0, 80),
            Pem.newEcKey("secp384r1"))) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> key(bad), bad);
      assertTrue(String.valueOf(refused.getMessage()).contains(".p8"), refused.getMessage());
      assertEquals(null, refused.getCause());
    }
    assertThrows(
        IllegalArgumentException.class, () -> ApnsSettings.key(P8, "my team", "KEY4567890"));
    assertFalse(key(P8.replace("\n", "\\n")).getKeyId().isEmpty());
    assertThrows(
        IllegalArgumentException.class,
        () -> new ApnsSettings(key(P8), "not a bundle", "localhost", 1, null, LONG_TIMEOUT));
  }

  private static String header(Received came, String name) {
    return String.valueOf(came.headers().get(name));
  }
}
