package io.broadcasty.integration;

import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.FakePushService;
import io.broadcasty.push.provider.TestCertificate;
import io.broadcasty.push.webpush.VapidKeys;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Fakes of all push services, and the settings that direct a server to them. */
final class PushServices implements AutoCloseable {

  /** The path of the notifications. */
  static final String FCM_PATH = "/v1/projects/shop-1/messages:send";

  static final String ONE_SIGNAL_PATH = "/notifications?c=push";
  static final String SUBJECT = "mailto:ops@example.com";

  final FakePushService webPush = FakePushService.http();
  final FakePushService fcm = FakePushService.http();
  final FakePushService oneSignal = FakePushService.http();
  final VapidKeys vapid = VapidKeys.generate();

  /** The notifications that APNs received. */
  final List<Apns> apns = new CopyOnWriteArrayList<>();

  private final FakeApnsServer apnsServer;
  private final String signingKey;
  private final String serviceAccount;

  /** A notification of APNs. */
  record Apns(String path, String topic, String payload) {}

  PushServices() throws Exception {
    webPush.answer(201, "");
    fcm.answer(200, "{\"name\":\"projects/shop-1/messages/1\"}");
    fcm.answerAt(
        "/token",
        200,
        "{\"token_type\":\"Bearer\",\"access_token\":\"ya29.secret\",\"expires_in\":3600}");
    oneSignal.answer(200, "{\"id\":\"m1\"}");
    signingKey = Pem.newEcKey("secp256r1");
    serviceAccount =
        """
        {"type":"service_account","project_id":"shop-1","private_key_id":"k1","private_key":"%s",
         "client_email":"push@shop-1.example.com","token_uri":"%s/token"}
        """
            .formatted(
                Pem.of(
                        "PRIVATE KEY",
                        new RSAKeyGenerator(2048).generate().toPrivateKey().getEncoded())
                    .replace("\n", "\\n"),
                fcm.url());
    apnsServer =
        new FakeApnsServer(
            (headers, payload) ->
                apns.add(
                    new Apns(
                        String.valueOf(headers.path()),
                        String.valueOf(headers.get("apns-topic")),
                        payload == null ? "" : payload.toString(StandardCharsets.UTF_8))));
  }

  /** Returns the settings with all four services enabled. */
  Map<String, String> settings() throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("BROADCASTY_WEBPUSH", "true");
    all.put("WEBPUSH_VAPID_SUBJECT", SUBJECT);
    all.put("WEBPUSH_VAPID_PUBLIC_KEY", vapid.publicKeyText());
    all.put("WEBPUSH_VAPID_PRIVATE_KEY", vapid.privateKeyText());
    all.put("BROADCASTY_PUSH_WEBPUSH_ALLOWED_HOSTS", webPush.url().toString());
    all.put("BROADCASTY_FCM", "true");
    all.put("FCM_SERVICE_ACCOUNT", serviceAccount);
    all.put("BROADCASTY_PUSH_FCM_BASE_URL", fcm.url().toString());
    all.put("BROADCASTY_APNS", "true");
    all.put("BROADCASTY_PUSH_APNS_KEY", signingKey);
    all.put("APNS_KEY_ID", "KEY4567890");
    all.put("APNS_TEAM_ID", "TEAM567890");
    all.put("APNS_BUNDLE_ID", "com.example.app");
    all.put("BROADCASTY_PUSH_APNS_SERVER", "localhost:" + apnsServer.port());
    all.put(
        "BROADCASTY_PUSH_APNS_TRUST",
        Pem.of("CERTIFICATE", TestCertificate.shared().certificate().getEncoded()));
    all.put("BROADCASTY_ONESIGNAL", "true");
    all.put("ONESIGNAL_APP_ID", "3fa85f64-5717-4562-b3fc-2c963f66afa6");
    all.put("ONESIGNAL_API_KEY", "os-secret-key");
    all.put("BROADCASTY_PUSH_ONESIGNAL_BASE_URL", oneSignal.url().toString());
    return all;
  }

  /** Returns texts that no log may contain. */
  List<String> secrets() {
    return List.of(
        vapid.privateKeyText(), "ya29.secret", "os-secret-key", signingKey.substring(30, 60));
  }

  @Override
  public void close() throws Exception {
    webPush.close();
    fcm.close();
    oneSignal.close();
    apnsServer.close();
  }
}
