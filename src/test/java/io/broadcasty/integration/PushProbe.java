package io.broadcasty.integration;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.apns.ApnsProvider;
import io.broadcasty.push.apns.ApnsSettings;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.TestCertificate;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.webpush.VapidKeys;
import io.broadcasty.push.webpush.WebPushProvider;
import io.broadcasty.push.webpush.WebPushSettings;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Sends notifications from within the server, with the libraries as its class loading provides
 * them, and reports the result.
 */
@WebServlet("/probe/push")
public class PushProbe extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final Duration PATIENT = Duration.ofSeconds(20);

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      int before = Security.getProviders().length;
      String outcomes = "apns " + viaApns() + ", webpush " + viaWebPush();
      boolean unchanged = Security.getProviders().length == before;
      response.getWriter().print(outcomes + (unchanged ? "" : ", a provider was registered"));
    } catch (Exception | LinkageError e) {
      response.getWriter().print(e.toString());
    }
  }

  private static String viaApns() throws Exception {
    try (FakeApnsServer apns = new FakeApnsServer((headers, payload) -> {})) {
      ApnsSettings settings =
          new ApnsSettings(
              ApnsSettings.key(Pem.newEcKey("secp256r1"), "TEAM567890", "KEY4567890"),
              "com.example.app",
              "localhost",
              apns.port(),
              TestCertificate.shared().certificate(),
              PATIENT);
      try (PushProvider provider = new ApnsProvider(settings, WallClock.system(), Thread::new)) {
        return send(provider, new DeviceAddress(provider.service(), "ab".repeat(32), null, null));
      }
    }
  }

  /**
   * Encrypts a notification and sends it to an unreachable service: WildFly has no
   * com.sun.net.httpserver to run one.
   */
  private static String viaWebPush() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    String origin = "http://localhost:" + nobody;
    WebPushSettings settings =
        new WebPushSettings(
            "mailto:ops@example.com", VapidKeys.generate(), List.of(origin), PATIENT);
    try (PushProvider provider = new WebPushProvider(settings, WallClock.system(), Thread::new)) {
      return send(
          provider,
          new DeviceAddress(
              provider.service(),
              origin + "/x",
              VapidKeys.generate().publicKeyText(),
              "AAAAAAAAAAAAAAAAAAAAAA"));
    }
  }

  private static String send(PushProvider provider, DeviceAddress device) throws Exception {
    Notification notification =
        new Notification("Hello", null, null, null, PATIENT, Urgency.NORMAL, null);
    ProviderResponse outcome =
        provider
            .send(new Dispatch(UUID.randomUUID(), device, notification, 60_000))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    if (outcome instanceof ProviderResponse.Retry retry) {
      return retry.reason();
    }
    return outcome instanceof ProviderResponse.Accepted ? "accepted" : outcome.toString();
  }
}
