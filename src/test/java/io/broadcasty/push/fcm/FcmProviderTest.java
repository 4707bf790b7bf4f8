package io.broadcasty.push.fcm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.auth.Pem;
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
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FcmProviderTest extends HttpProviderContract {

  static final RSAKey KEY = key();
  private static final String TOKEN = "device-token:of-an-installation_123456";
  private static final String SENDING = "/v1/projects/shop-1/messages:send";

  private final ManualTime time = new ManualTime();

  @BeforeEach
  void grant() {
    service.answerAt(
        "/token",
        200,
        "{\"token_type\":\"Bearer\",\"access_token\":\"ya29.a\",\"expires_in\":3600}");
  }

  @Override
  protected PushProvider make(Duration timeout) {
    return at(service.url(), service.url(), timeout);
  }

  @Override
  protected PushProvider makeAt(int port) {
    return at(service.url(), URI.create("http://localhost:" + port), LONG_TIMEOUT);
  }

  @Override
  protected PushProvider makeUntrusting() {
    return at(service.url(), untrusted.url(), LONG_TIMEOUT);
  }

  private PushProvider at(URI tokens, URI sending, Duration timeout) {
    ServiceAccount account = ServiceAccount.parse(file(tokens + "/token"));
    return new FcmProvider(new FcmSettings(account, sending, timeout), time, time, threads());
  }

  static String file(String tokenUri) {
    try {
      String pem = Pem.of("PRIVATE KEY", KEY.toPrivateKey().getEncoded()).replace("\n", "\\n");
      return """
      {"type":"service_account","project_id":"shop-1","private_key_id":"k1","private_key":"%s",
       "client_email":"push@shop-1.example.com","token_uri":"%s","extra":{"a":[1]}}
      """
          .formatted(pem, tokenUri);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected DeviceAddress device() {
    return new DeviceAddress(SamplePushServices.FCM, TOKEN, null, null);
  }

  @Override
  protected List<DeviceAddress> badDevices() {
    return List.of(
        new DeviceAddress(SamplePushServices.FCM, "short", null, null),
        new DeviceAddress(SamplePushServices.FCM, "with a space in the middle of it", null, null),
        new DeviceAddress(SamplePushServices.FCM, "a".repeat(5000), null, null));
  }

  @Override
  protected void behave(Behaviour behaviour) {
    switch (behaviour) {
      case ACCEPT -> service.answer(200, "{\"name\":\"projects/shop-1/messages/1\"}");
      case UNREGISTERED ->
          service.answer(404, error("NOT_FOUND", "Requested entity", "UNREGISTERED"));
      case MISMATCHED ->
          service.answer(403, error("PERMISSION_DENIED", "other", "SENDER_ID_MISMATCH"));
      case BUSY -> service.answer(503, error("UNAVAILABLE", "busy", "UNAVAILABLE"));
      case TOO_LARGE ->
          service.answer(400, error("INVALID_ARGUMENT", "too big", "INVALID_ARGUMENT"));
    }
  }

  @Override
  protected void busyFor(int seconds) {
    service.answer(
        429,
        error("RESOURCE_EXHAUSTED", "quota", "QUOTA_EXCEEDED"),
        "Retry-After",
        Integer.toString(seconds));
  }

  @Override
  protected int received() {
    return service.requestsAt(SENDING).size() + untrusted.requests().size();
  }

  @Override
  protected List<String> secrets() {
    return List.of(TOKEN, "ya29.a", "PRIVATE KEY");
  }

  @Test
  void theMessageContainsEachPlatformsFields() {
    behave(Behaviour.ACCEPT);
    Dispatch dispatch =
        dispatch(
            new Notification(
                "Order",
                "is ready",
                "https://shop.example.com/7",
                "{\"order\":7,\"tags\":[\"a\"],\"text\":\"t\",\"none\":null}",
                Duration.ofMinutes(5),
                Urgency.HIGH,
                "order-7"));
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), dispatch);
    assertEquals(new ProviderResponse.Accepted("projects/shop-1/messages/1"), outcome);
    FakePushService.Request request = service.last();
    assertEquals("Bearer ya29.a", request.header("Authorization"));
    assertEquals(
        "{\"message\":{\"token\":\""
            + TOKEN
            + "\",\"notification\":{\"title\":\"Order\",\"body\":\"is"
            + " ready\"},\"data\":{\"order\":\"7\","
            + "\"tags\":\"[\\\"a\\\"]\",\"text\":\"t\",\"none\":\"null\",\"id\":\""
            + dispatch.id()
            + "\",\"url\":\"https://shop.example.com/7\"},\"android\":{\"ttl\":\"60s\",\"priority\":\"HIGH\","
            + "\"collapse_key\":\"order-7\"},\"webpush\":{\"headers\":{\"TTL\":\"60\",\"Urgency\":\"high\",\"Topic\":\"order-7\"},"
            + "\"fcm_options\":{\"link\":\"https://shop.example.com/7\"}},\"apns\":{\"headers\":"
            + "{\"apns-priority\":\"10\",\"apns-collapse-id\":\"order-7\"}}}}",
        request.text());
  }

  @Test
  void requestsATokenWithASignedGrant() throws Exception {
    behave(Behaviour.ACCEPT);
    outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    FakePushService.Request request = service.requestsAt("/token").get(0);
    String[] form = request.text().split("&assertion=", 2);
    assertEquals(
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer",
        URLDecoder.decode(form[0], StandardCharsets.UTF_8));
    SignedJWT grant = SignedJWT.parse(form[1]);
    assertTrue(grant.verify(new RSASSAVerifier(KEY.toRSAPublicKey())));
    assertEquals("k1", grant.getHeader().getKeyID());
    assertEquals("push@shop-1.example.com", grant.getJWTClaimsSet().getIssuer());
    assertEquals(List.of(service.url() + "/token"), grant.getJWTClaimsSet().getAudience());
    assertEquals(
        "https://www.googleapis.com/auth/firebase.messaging",
        grant.getJWTClaimsSet().getStringClaim("scope"));
  }

  @Test
  void reusesATokenUntilShortlyBeforeItExpires() {
    behave(Behaviour.ACCEPT);
    PushProvider provider = opened(make(LONG_TIMEOUT));
    outcome(provider, notification("a"));
    time.advance(Duration.ofMinutes(58).minusSeconds(1));
    outcome(provider, notification("b"));
    assertEquals(1, service.requestsAt("/token").size());
    time.advance(Duration.ofSeconds(1));
    outcome(provider, notification("c"));
    assertEquals(2, service.requestsAt("/token").size());
  }

  @Test
  void concurrentSendsRequestOneToken() throws Exception {
    completesManyConcurrentSends();
    assertEquals(1, service.requestsAt("/token").size());
  }

  @Test
  void dropsARejectedToken() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    service.answer(401, error("UNAUTHENTICATED", "no", null));
    assertMisconfigured(outcome(provider, notification("a")));
    behave(Behaviour.ACCEPT);
    assertInstanceOf(ProviderResponse.Accepted.class, outcome(provider, notification("b")));
    assertEquals(2, service.requestsAt("/token").size());
  }

  @Test
  void sendsNothingWithoutAToken() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    service.answerAt("/token", 400, "{\"error\":\"invalid_grant\"}");
    assertMisconfigured(outcome(provider, notification("a")));
    service.answerAt("/token", 503, "");
    assertInstanceOf(ProviderResponse.Retry.class, outcome(provider, notification("a")));
    service.answerAt("/token", 200, "<html>");
    assertInstanceOf(ProviderResponse.Retry.class, outcome(provider, notification("a")));
    service.answerAt("/token", 200, "{}");
    assertInstanceOf(ProviderResponse.Retry.class, outcome(provider, notification("a")));
    assertEquals(0, received());
    grant();
    behave(Behaviour.ACCEPT);
    assertInstanceOf(ProviderResponse.Accepted.class, outcome(provider, notification("a")));
  }

  @Test
  void reportsUnregisteredTokens() {
    assertGone(404, error("NOT_FOUND", "gone", "UNREGISTERED"));
  }

  @Test
  void keepsDevicesThatMayOnlyNotFitTheProject() {
    assertMismatched(403, error("PERMISSION_DENIED", "other", "SENDER_ID_MISMATCH"));
    assertMismatched(401, error("UNAUTHENTICATED", "x", "THIRD_PARTY_AUTH_ERROR"));
    assertMismatched(
        400,
        error(
            "INVALID_ARGUMENT",
            "The registration token is not a valid FCM registration token",
            "INVALID_ARGUMENT"));
    assertMismatched(
        400,
        """
        {"error":{"code":400,"message":"Invalid","status":"INVALID_ARGUMENT","details":[
        {"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},
        {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token","description":"x"}]}]}}
        """);
  }

  @Test
  void aRejectedMessageKeepsTheDevice() {
    ProviderResponse outcome =
        answered(
            400,
            """
            {"error":{"code":400,"message":"Invalid value next to a registration token","status":"INVALID_ARGUMENT","details":[
            {"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},
            {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.data","description":"x"}]}]}}
            """);
    assertInstanceOf(ProviderResponse.Rejected.class, outcome);
    assertInstanceOf(
        ProviderResponse.Rejected.class,
        answered(400, error("INVALID_ARGUMENT", "bad registration token", null)));
    assertInstanceOf(ProviderResponse.Rejected.class, answered(400, "<html>registration token"));
  }

  @Test
  void retriesTemporaryFailures() {
    assertEquals(
        new ProviderResponse.Retry("FCM answered 429 QUOTA_EXCEEDED", Duration.ofMinutes(1)),
        answered(429, error("RESOURCE_EXHAUSTED", "quota", "QUOTA_EXCEEDED")));
    assertInstanceOf(
        ProviderResponse.Retry.class, answered(503, error("UNAVAILABLE", "x", "UNAVAILABLE")));
    assertInstanceOf(
        ProviderResponse.Retry.class, answered(500, error("INTERNAL", "x", "INTERNAL")));
    assertInstanceOf(ProviderResponse.Retry.class, answered(502, "<html>Bad gateway</html>"));
  }

  @Test
  void reportsMisconfigurations() {
    assertMisconfigured(answered(401, error("UNAUTHENTICATED", "x", null)));
    assertMisconfigured(answered(403, error("PERMISSION_DENIED", "x", null)));
    assertMisconfigured(answered(404, error("NOT_FOUND", "x", null)));
    assertMisconfigured(answered(404, "<html>no such page</html>"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"from", "message_type", "google.x", "gcm.notification.title", "gcm.n\nx"})
  void refusesReservedNamesWithoutSending(String name) {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    behave(Behaviour.ACCEPT);
    Notification reserved = withData(name);
    assertTrue(String.valueOf(provider.objection(reserved)).contains("FCM reserves"));
    assertInstanceOf(ProviderResponse.Rejected.class, outcome(provider, dispatch(reserved)));
    assertEquals(0, received());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"From", "sender", "message_types", "google", "gcm", "googles.x", "x.gcm."})
  void acceptsNamesThatOnlyResembleReservedOnes(String name) {
    assertNull(opened(make(LONG_TIMEOUT)).objection(withData(name)));
  }

  private static Notification withData(String name) {
    return new Notification(
        "T",
        null,
        null,
        "{\"ok\":1,\"" + name.replace("\n", "\\n") + "\":{\"a\":1}}",
        Duration.ofMinutes(5),
        Urgency.HIGH,
        null);
  }

  @Test
  void aRejectionQuotesFcm() {
    String reason =
        assertInstanceOf(
                ProviderResponse.Rejected.class,
                answered(
                    400,
                    error("INVALID_ARGUMENT", "Invalid data payload key: x", "INVALID_ARGUMENT")))
            .reason();
    assertEquals("FCM answered 400 INVALID_ARGUMENT: Invalid data payload key: x", reason);
    reason =
        assertInstanceOf(
                ProviderResponse.Rejected.class,
                answered(400, error("INVALID_ARGUMENT", "x ".repeat(5000), null)))
            .reason();
    assertTrue(reason.length() < 300, reason);
  }

  @Test
  void doesNotRepeatSecretsOfTheAnswer() {
    ProviderResponse outcome = answered(400, error("INVALID_ARGUMENT", "bad " + TOKEN, null));
    assertFalse(outcome.toString().contains(TOKEN));
  }

  private void assertGone(int status, String body) {
    assertInstanceOf(ProviderResponse.Unregistered.class, answered(status, body), body);
  }

  private void assertMismatched(int status, String body) {
    assertEquals(
        "broadcasty.push.fcm.service-account",
        assertInstanceOf(ProviderResponse.Mismatched.class, answered(status, body), body)
            .setting());
  }

  private static void assertMisconfigured(ProviderResponse outcome) {
    assertEquals(
        "broadcasty.push.fcm.service-account",
        assertInstanceOf(ProviderResponse.Misconfigured.class, outcome).setting());
  }

  private ProviderResponse answered(int status, String body) {
    service.answer(status, body);
    return outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
  }

  private static String error(String status, String message, @Nullable String code) {
    String details =
        code == null
            ? ""
            : ",\"details\":[{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\",\"errorCode\":\""
                + code
                + "\"}]";
    return "{\"error\":{\"code\":1,\"message\":\""
        + message
        + "\",\"status\":\""
        + status
        + "\""
        + details
        + "}}";
  }

  private static RSAKey key() {
    try {
      return new RSAKeyGenerator(2048).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
