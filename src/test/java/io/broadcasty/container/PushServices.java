package io.broadcasty.container;

import com.eatthepath.pushy.apns.server.MockApnsServer;
import com.eatthepath.pushy.apns.server.MockApnsServerBuilder;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.broadcasty.push.StandIn;
import io.broadcasty.push.TestCertificate;
import io.broadcasty.push.webpush.VapidKeys;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Stand-ins of all push services, and the settings that lead a server to them. */
final class PushServices implements AutoCloseable {

  /** Where notifications come to. */
  static final String FCM_PATH = "/v1/projects/shop-1/messages:send";

  static final String ONE_SIGNAL_PATH = "/notifications?c=push";
  static final String SUBJECT = "mailto:ops@example.com";

  final StandIn webPush = StandIn.http();
  final StandIn fcm = StandIn.http();
  final StandIn oneSignal = StandIn.http();
  final VapidKeys vapid = VapidKeys.generate();

  /** What came to APNs. */
  final List<Apns> apns = new CopyOnWriteArrayList<>();

  private final NioEventLoopGroup serving = new NioEventLoopGroup(1);
  private final MockApnsServer apnsServer;
  private final int apnsPort;
  private final String signingKey;
  private final String serviceAccount;

  /** A notification of APNs. */
  record Apns(String path, String topic, String payload) {}

  PushServices() throws Exception {
    webPush.answers(201, "");
    fcm.answers(200, "{\"name\":\"projects/shop-1/messages/1\"}");
    fcm.answersAt(
        "/token",
        200,
        "{\"token_type\":\"Bearer\",\"access_token\":\"ya29.secret\",\"expires_in\":3600}");
    oneSignal.answers(200, "{\"id\":\"m1\"}");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    signingKey = pem("PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded());
    serviceAccount =
        """
        {"type":"service_account","project_id":"shop-1","private_key_id":"k1","private_key":"%s",
         "client_email":"push@shop-1.example.com","token_uri":"%s/token"}
        """
            .formatted(
                pem("PRIVATE KEY", new RSAKeyGenerator(2048).generate().toPrivateKey().getEncoded())
                    .replace("\n", "\\n"),
                fcm.url());
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      apnsPort = free.getLocalPort();
    }
    apnsServer =
        new MockApnsServerBuilder()
            .setServerCredentials(
                new X509Certificate[] {TestCertificate.shared().certificate()},
                TestCertificate.shared().key(),
                null)
            .setEventLoopGroup(serving)
            .setHandlerFactory(
                session ->
                    (headers, payload) ->
                        apns.add(
                            new Apns(
                                String.valueOf(headers.path()),
                                String.valueOf(headers.get("apns-topic")),
                                payload == null ? "" : payload.toString(StandardCharsets.UTF_8))))
            .build();
    apnsServer.start(apnsPort).get(10, TimeUnit.SECONDS);
  }

  /** All four turned on. */
  Map<String, String> settings() throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("BROADCASTY_WEBPUSH", "true");
    all.put("WEBPUSH_VAPID_SUBJECT", SUBJECT);
    all.put("WEBPUSH_VAPID_PUBLIC_KEY", vapid.publicText());
    all.put("WEBPUSH_VAPID_PRIVATE_KEY", vapid.privateText());
    all.put("BROADCASTY_PUSH_WEBPUSH_ALLOWED_HOSTS", webPush.url().toString());
    all.put("BROADCASTY_FCM", "true");
    all.put("FCM_SERVICE_ACCOUNT", serviceAccount);
    all.put("BROADCASTY_PUSH_FCM_BASE_URL", fcm.url().toString());
    all.put("BROADCASTY_APNS", "true");
    all.put("BROADCASTY_PUSH_APNS_KEY", signingKey);
    all.put("APNS_KEY_ID", "KEY4567890");
    all.put("APNS_TEAM_ID", "TEAM567890");
    all.put("APNS_BUNDLE_ID", "com.example.app");
    all.put("BROADCASTY_PUSH_APNS_SERVER", "localhost:" + apnsPort);
    all.put(
        "BROADCASTY_PUSH_APNS_TRUST",
        pem("CERTIFICATE", TestCertificate.shared().certificate().getEncoded()));
    all.put("BROADCASTY_ONESIGNAL", "true");
    all.put("ONESIGNAL_APP_ID", "3fa85f64-5717-4562-b3fc-2c963f66afa6");
    all.put("ONESIGNAL_API_KEY", "os-secret-key");
    all.put("BROADCASTY_PUSH_ONESIGNAL_BASE_URL", oneSignal.url().toString());
    return all;
  }

  /** What no log may have. */
  List<String> secrets() {
    return List.of(
        vapid.privateText(), "ya29.secret", "os-secret-key", signingKey.substring(30, 60));
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getEncoder().encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  @Override
  public void close() throws Exception {
    webPush.close();
    fcm.close();
    oneSignal.close();
    apnsServer.shutdown().get(10, TimeUnit.SECONDS);
    serving.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
  }
}
