import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.webpush.VapidKeys;
import io.broadcasty.push.webpush.WebPushProvider;
import io.broadcasty.push.webpush.WebPushSettings;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures notifications per second through the Web Push provider. Each is encrypted for one of
 * several devices and sent over HTTP to a service in the same process, whose processor time is
 * included.
 *
 * <p>Usage, after {@code ./mvnw package}: {@code java -cp
 * "target/broadcasty/WEB-INF/classes:target/broadcasty/WEB-INF/lib/*" bench/WebPushBench.java}
 */
class WebPushBench {

  private static final int ROUNDS = 8;
  private static final int NOTIFICATIONS = 5_000;
  private static final int DEVICES = 200;
  private static final int IN_FLIGHT = 200;

  public static void main(String[] arguments) throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    service.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(201, -1);
          exchange.close();
        });
    service.setExecutor(Executors.newFixedThreadPool(4));
    service.start();
    String origin = "http://localhost:" + service.getAddress().getPort();
    WebPushProvider provider =
        new WebPushProvider(
            new WebPushSettings(
                "mailto:ops@example.com", VapidKeys.generate(), List.of(origin), Duration.ofSeconds(30)),
            WallClock.system(),
            Thread::new);
    String auth = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[16]);
    DeviceAddress[] devices = new DeviceAddress[DEVICES];
    for (int i = 0; i < DEVICES; i++) {
      devices[i] =
          new DeviceAddress(
              new PushService("webpush"), origin + "/" + i, VapidKeys.generate().publicKeyText(), auth);
    }
    Notification notification =
        new Notification(
            "Order 7",
            "is ready",
            "https://shop.example.com/orders/7",
            "{\"order\":7}",
            Duration.ofMinutes(5),
            Urgency.NORMAL,
            null);
    OperatingSystemMXBean cpu =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    for (int round = 1; round <= ROUNDS; round++) {
      AtomicInteger accepted = new AtomicInteger();
      Semaphore places = new Semaphore(IN_FLIGHT);
      long cpuStart = cpu.getProcessCpuTime();
      long start = System.nanoTime();
      for (int i = 0; i < NOTIFICATIONS; i++) {
        places.acquire();
        provider
            .send(new Dispatch(UUID.randomUUID(), devices[i % DEVICES], notification, 60_000))
            .whenComplete(
                (outcome, thrown) -> {
                  if (outcome instanceof ProviderResponse.Accepted) {
                    accepted.incrementAndGet();
                  }
                  places.release();
                });
      }
      places.acquire(IN_FLIGHT);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "round %d: %,.0f notifications/s, %.2f ms CPU time each, %d of %d accepted%n",
          round,
          NOTIFICATIONS / seconds,
          (cpu.getProcessCpuTime() - cpuStart) / 1e6 / NOTIFICATIONS,
          accepted.get(),
          NOTIFICATIONS);
    }
    System.exit(0);
  }
}
