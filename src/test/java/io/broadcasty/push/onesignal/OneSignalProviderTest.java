package io.broadcasty.push.onesignal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.FakePushService;
import io.broadcasty.push.provider.HttpProviderContract;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.Urgency;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OneSignalProviderTest extends HttpProviderContract {

  private static final UUID APP = UUID.fromString("3fa85f64-5717-4562-b3fc-2c963f66afa6");
  private static final String KEY = "os_v2_app_hush";
  private static final String DEVICE = "1DD608F2-C6A1-11E3-851D-000C2940E62C";

  @Override
  protected PushProvider make(Duration timeout) {
    return at(service.url(), timeout);
  }

  @Override
  protected PushProvider makeAt(int port) {
    return at(URI.create("http://localhost:" + port), LONG_TIMEOUT);
  }

  @Override
  protected PushProvider makeUntrusting() {
    return at(untrusted.url(), LONG_TIMEOUT);
  }

  private static PushProvider at(URI url, Duration timeout) {
    return new OneSignalProvider(
        new OneSignalSettings(APP, KEY, url, timeout), new ManualTime(), threads());
  }

  @Override
  protected DeviceAddress device() {
    return new DeviceAddress(SamplePushServices.ONE_SIGNAL, DEVICE, null, null);
  }

  @Override
  protected List<DeviceAddress> badDevices() {
    return List.of(
        new DeviceAddress(SamplePushServices.ONE_SIGNAL, "external-user-7", null, null),
        new DeviceAddress(SamplePushServices.ONE_SIGNAL, DEVICE + "0", null, null));
  }

  @Override
  protected void behave(Behaviour behaviour) {
    switch (behaviour) {
      case ACCEPT -> service.answer(200, "{\"id\":\"m1\",\"external_id\":null}");
      case UNREGISTERED -> throw new IllegalStateException("OneSignal does not say so for sure");
      case MISMATCHED ->
          service.answer(
              200, "{\"id\":\"\",\"errors\":{\"invalid_player_ids\":[\"" + DEVICE + "\"]}}");
      case BUSY -> service.answer(503, "");
      case TOO_LARGE -> service.answer(400, "{\"errors\":[\"Data must be no more than\"]}");
    }
  }

  /** Returns false: another app id would make every subscription unknown as well. */
  @Override
  protected boolean reportsUnregisteredForSure() {
    return false;
  }

  @Override
  protected void busyFor(int seconds) {
    service.answer(429, "{}", "Retry-After", Integer.toString(seconds));
  }

  @Override
  protected List<String> secrets() {
    return List.of(KEY, DEVICE);
  }

  @Test
  void usesTheDispatchIdAsIdempotencyKey() {
    behave(Behaviour.ACCEPT);
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
        new ProviderResponse.Accepted("m1"), outcome(opened(make(LONG_TIMEOUT)), dispatch));
    FakePushService.Request request = service.last();
    assertEquals("/notifications?c=push", request.path());
    assertEquals("Key " + KEY, request.header("Authorization"));
    assertEquals(
        "{\"app_id\":\""
            + APP
            + "\",\"target_channel\":\"push\",\"include_subscription_ids\":[\""
            + DEVICE
            + "\"],\"idempotency_key\":\""
            + dispatch.id()
            + "\",\"ttl\":60,\"priority\":10,\"collapse_id\":\"order-7\",\"web_push_topic\":\"order-7\",\"headings\":{\"en\":\"Order\"},\"contents\":{\"en\":\"is"
            + " ready\"},\"url\":\"https://shop.example.com/7\",\"data\":{\"order\":7}}",
        request.text());
  }

  @Test
  void sendsATitleAloneAsContents() {
    behave(Behaviour.ACCEPT);
    outcome(
        opened(make(LONG_TIMEOUT)),
        new Notification("Only", null, null, null, Duration.ZERO, Urgency.LOW, "k".repeat(65)));
    String text = service.last().text();
    assertTrue(text.contains("\"contents\":{\"en\":\"Only\"}}"), text);
    assertTrue(text.contains("\"priority\":5"), text);
    assertTrue(text.matches(".*\"collapse_id\":\"[A-Za-z0-9_-]{43}\".*"), text);
  }

  @Test
  void detectsASuccessThatSentNothing() {
    assertUnknown("{\"id\":\"\",\"errors\":[\"All included players are not subscribed\"]}");
    assertUnknown("{\"id\":\"\"}");
    assertUnknown("{\"id\":\"m\",\"errors\":{\"invalid_player_ids\":[\"" + DEVICE + "\"]}}");
    assertUnknown(
        "{\"id\":\"\",\"errors\":{\"x\":1,\"invalid_subscription_ids\":[\""
            + DEVICE.toLowerCase(java.util.Locale.ROOT)
            + "\"]}}");
    assertInstanceOf(
        ProviderResponse.Rejected.class,
        answered(200, "{\"id\":\"\",\"errors\":[\"Message Notifications must have English\"]}"));
    assertInstanceOf(
        ProviderResponse.Accepted.class,
        answered(200, "{\"id\":\"m\",\"errors\":{\"invalid_player_ids\":[\"" + APP + "\"]}}"),
        "another device is the one that is invalid");
    assertInstanceOf(
        ProviderResponse.Accepted.class, answered(200, "{\"id\":\"m\",\"errors\":{}}"));
  }

  @Test
  void retriesTemporaryFailures() {
    for (int status : List.of(408, 429, 500, 503)) {
      assertNull(
          assertInstanceOf(ProviderResponse.Retry.class, answered(status, "<html>")).after());
    }
    assertInstanceOf(ProviderResponse.Retry.class, answered(200, "<html>"));
    assertInstanceOf(ProviderResponse.Retry.class, answered(200, "{\"id\":\"m"));
  }

  @Test
  void reportsMisconfigurations() {
    assertMisconfigured("api-key", answered(401, "{\"errors\":[\"Access denied.\"]}"));
    assertMisconfigured("api-key", answered(403, ""));
    assertMisconfigured("app-id", answered(400, "{\"errors\":[\"app_id not found\"]}"));
    assertMisconfigured("base-url", answered(404, "<html>"));
  }

  @Test
  void aKeyWithALineEndIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new OneSignalSettings(APP, "a\nb", URI.create("http://x"), LONG_TIMEOUT));
  }

  private void assertUnknown(String body) {
    assertEquals(
        "broadcasty.push.onesignal.app-id",
        assertInstanceOf(ProviderResponse.Mismatched.class, answered(200, body), body).setting());
  }

  private static void assertMisconfigured(String setting, ProviderResponse outcome) {
    assertEquals(
        "broadcasty.push.onesignal." + setting,
        assertInstanceOf(ProviderResponse.Misconfigured.class, outcome).setting());
  }

  private ProviderResponse answered(int status, String body) {
    service.answer(status, body);
    return outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
  }
}
