package io.broadcasty.push.sending;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.TestCertificate;
import io.broadcasty.push.webpush.VapidKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Generates the load of {@code bench/push}: starts fake push services, registers devices, sends
 * notifications and counts what the services receive. Prints rows of Markdown.
 *
 * <p>{@code rates|kill FOLDER DEVICES ROUNDS} starts the fake services, writes the settings that
 * connect a server to them to {@code FOLDER/settings}, one {@code NAME=VALUE} per line, prints
 * {@code ready}, and continues after a line {@code BASE TOKEN PID}. In the mode {@code kill},
 * prints {@code kill} in the middle of the sending and waits for such a line again.
 */
@SuppressWarnings("ReferenceEquality") // the services are constants
public final class PushLoad {

  private static final int DEVICES_PER_USER = 50;
  private static final int KEYS = 200;
  private static final int REGISTERING = 16;
  private static final int WARM_UP_ROUNDS = 3;
  private static final long POLL_MILLIS = 500; // each response counts all devices of the send
  private static final long ANSWER_MILLIS = 100; // in the mode kill, so that many are in flight
  private static final int MAX_IN_FLIGHT = 200;
  private static final long TICKS_PER_SECOND = 100;
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final List<PushService> ALL =
      List.of(
          SamplePushServices.WEB_PUSH,
          SamplePushServices.FCM,
          SamplePushServices.APNS,
          SamplePushServices.ONE_SIGNAL);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
  private final List<CountingPushService> services = new ArrayList<>();
  private final int devices;
  private final int rounds;
  private URI base = URI.create("http://localhost");
  private String token = "";
  private String pid = "";

  private PushLoad(int devices, int rounds) {
    this.devices = devices;
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    PushLoad load = new PushLoad(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    boolean killing = args[0].equals("kill");
    for (PushService service : ALL) {
      load.services.add(CountingPushService.start(service, killing ? ANSWER_MILLIS : 0));
    }
    load.writeSettings(Path.of(args[1]));
    System.out.println("ready");
    load.readServer();
    boolean good = killing ? load.kill() : load.rates();
    System.exit(good ? 0 : 1);
  }

  /** Reads the address, the token and the process id of the server to use from now on. */
  private void readServer() throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new IOException("bench/push has closed the input");
    }
    String[] words = line.split(" ", -1);
    base = URI.create(words[0]);
    token = words[1];
    pid = words[2];
  }

  private void writeSettings(Path folder) throws Exception {
    VapidKeys vapid = VapidKeys.generate();
    Path p8 = folder.resolve("apns.p8");
    Files.writeString(p8, Pem.newEcKey("secp256r1"));
    Path trust = folder.resolve("apns.pem");
    Files.writeString(
        trust, Pem.of("CERTIFICATE", TestCertificate.shared().certificate().getEncoded()));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    Path account = folder.resolve("firebase.json");
    Files.writeString(
        account,
        """
        {"type":"service_account","project_id":"shop-1","private_key_id":"k1","private_key":"%s",
         "client_email":"push@shop-1.example.com","token_uri":"%s/token"}
        """
            .formatted(
                Pem.of("PRIVATE KEY", rsa.generateKeyPair().getPrivate().getEncoded())
                    .replace("\n", "\\n"),
                url(SamplePushServices.FCM)));
    Files.write(
        folder.resolve("settings"),
        List.of(
            "BROADCASTY_WEBPUSH=true",
            "WEBPUSH_VAPID_SUBJECT=mailto:ops@example.com",
            "WEBPUSH_VAPID_PUBLIC_KEY=" + vapid.publicKeyText(),
            "WEBPUSH_VAPID_PRIVATE_KEY=" + vapid.privateKeyText(),
            "BROADCASTY_PUSH_WEBPUSH_ALLOWED_HOSTS=" + url(SamplePushServices.WEB_PUSH),
            "BROADCASTY_FCM=true",
            "FCM_SERVICE_ACCOUNT=" + account,
            "BROADCASTY_PUSH_FCM_BASE_URL=" + url(SamplePushServices.FCM),
            "BROADCASTY_APNS=true",
            "APNS_P8_PATH=" + p8,
            "APNS_KEY_ID=KEY4567890",
            "APNS_TEAM_ID=TEAM567890",
            "APNS_BUNDLE_ID=com.example.app",
            "BROADCASTY_PUSH_APNS_SERVER=localhost:" + service(SamplePushServices.APNS).port(),
            "BROADCASTY_PUSH_APNS_TRUST=" + trust,
            "BROADCASTY_ONESIGNAL=true",
            "ONESIGNAL_APP_ID=3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "ONESIGNAL_API_KEY=key",
            "BROADCASTY_PUSH_ONESIGNAL_BASE_URL=" + url(SamplePushServices.ONE_SIGNAL),
            "BROADCASTY_PUSH_MAX_IN_FLIGHT=" + MAX_IN_FLIGHT));
  }

  private CountingPushService service(PushService service) {
    return services.get(ALL.indexOf(service));
  }

  private String url(PushService service) {
    return "http://localhost:" + service(service).port();
  }

  /** Registers devices of a service that follow a topic. */
  private void register(PushService service, int count, String topic) throws Exception {
    System.err.println("registering " + count + " devices of " + service.name());
    List<String> keys = new ArrayList<>();
    for (int i = 0; service == SamplePushServices.WEB_PUSH && i < Math.min(KEYS, count); i++) {
      keys.add(VapidKeys.generate().publicKeyText());
    }
    Semaphore places = new Semaphore(REGISTERING);
    AtomicInteger refused = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      String address =
          switch (service.name()) {
            case "webpush" ->
                "\"endpoint\":\"%s/device-%d\",\"keys\":{\"p256dh\":\"%s\",\"auth\":\"AAAAAAAAAAAAAAAAAAAAAA\"}"
                    .formatted(url(service), i, keys.get(i % keys.size()));
            case "fcm" -> token(service, "installation-of-an-app:" + i);
            case "apns" -> token(service, "%064x".formatted(i));
            default -> token(service, new UUID(1, i).toString());
          };
      places.acquire();
      var unused =
          http.sendAsync(
                  post(
                      "subscriptions",
                      "{%s,\"user\":\"%s-%d\",\"topics\":[\"%s\"]}"
                          .formatted(address, service.name(), i / DEVICES_PER_USER, topic)),
                  BodyHandlers.ofString())
              .whenComplete(
                  (answer, failure) -> {
                    if ((answer == null || answer.statusCode() != 200)
                        && refused.getAndIncrement() == 0) {
                      System.err.println(answer == null ? failure : answer.body());
                    }
                    places.release();
                  });
    }
    places.acquire(REGISTERING);
    if (refused.get() > 0) {
      throw new IllegalStateException(refused + " devices were not registered");
    }
  }

  private static String token(PushService service, String token) {
    return "\"service\":\"%s\",\"token\":\"%s\"".formatted(service.name(), token);
  }

  private HttpRequest post(String what, String json) {
    return HttpRequest.newBuilder(base.resolve("/broadcasty/push/" + what))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json))
        .build();
  }

  private void send(String id, String topic) throws Exception {
    HttpResponse<String> answer =
        http.send(
            post(
                "send",
                "{\"id\":\"%s\",\"to\":{\"topics\":[\"%s\"]},\"notification\":{\"title\":\"Paid\",\"body\":\"Order 17 is paid\",\"url\":\"/orders/17\",\"data\":{\"order\":17}}}"
                    .formatted(id, topic)),
            BodyHandlers.ofString());
    if (answer.statusCode() != 202 || !answer.body().contains("\"devices\":" + devices)) {
      throw new IllegalStateException("the send was not accepted: " + answer.body());
    }
  }

  private void awaitAccepted(String id) throws Exception {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/broadcasty/push/" + id + "?limit=1"))
            .header("Authorization", "Bearer " + token)
            .build();
    String status = "";
    while (!status.contains("\"counts\":{\"accepted\":" + devices + "}")) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not all notifications were accepted: " + status);
      }
      pause(POLL_MILLIS);
      status = http.send(request, BodyHandlers.ofString()).body();
    }
  }

  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Measures one service after the other. */
  private boolean rates() throws Exception {
    System.out.printf(
        "| %-10s | %7s | %11s | %15s | %13s | %11s |%n",
        "service", "devices", "accepted ms", "notifications/s", "min-max", "CPU ms each");
    System.out.println("|---|---:|---:|---:|---:|---:|");
    for (CountingPushService standIn : services) {
      String topic = "bench." + standIn.service().name();
      register(standIn.service(), devices, topic);
      double[] acceptMillis = new double[rounds];
      double[] rates = new double[rounds];
      double[] cpus = new double[rounds];
      for (int round = -WARM_UP_ROUNDS;
          round < rounds;
          round++) { // the first rounds are not counted
        String id = topic + "." + (round + WARM_UP_ROUNDS);
        standIn.reset();
        long cpu = cpuMillis();
        long start = System.nanoTime();
        send(id, topic);
        double millis = (System.nanoTime() - start) / 1e6;
        awaitAccepted(id);
        if (standIn.received() != devices) {
          throw new IllegalStateException("received " + standIn.received() + " of " + devices);
        }
        double rate = devices / ((standIn.lastNanos() - start) / 1e9);
        System.err.printf(Locale.ROOT, "%s: %.0f/s%n", id, rate);
        if (round >= 0) {
          acceptMillis[round] = millis;
          rates[round] = rate;
          cpus[round] = (double) (cpuMillis() - cpu) / devices;
        }
      }
      System.out.printf(
          Locale.ROOT,
          "| %-10s | %7d | %11.0f | %15.0f | %13s | %11.2f |%n",
          standIn.service().name(),
          devices,
          median(acceptMillis),
          median(rates),
          "%.0f-%.0f"
              .formatted(
                  Arrays.stream(rates).min().orElse(0), Arrays.stream(rates).max().orElse(0)),
          median(cpus));
    }
    return true;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** What the server's process has used of the processors. */
  private long cpuMillis() throws IOException {
    String stat = Files.readString(Path.of("/proc", pid, "stat"), US_ASCII);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1000 / TICKS_PER_SECOND;
  }

  /** One send to devices of all services, in the middle of which the server is killed. */
  private boolean kill() throws Exception {
    String topic = "bench.all";
    for (PushService service : ALL) {
      register(service, devices / ALL.size(), topic);
    }
    String id = "interrupted";
    send(id, topic);
    while (received() < devices / 2) {
      pause(1);
    }
    System.out.println("kill");
    String line = in.readLine();
    if (!"killed".equals(line)) {
      throw new IOException("unexpected line instead of killed: " + line);
    }
    Map<PushService, Integer> before = new HashMap<>();
    services.forEach(each -> before.put(each.service(), each.received()));
    long killed = System.nanoTime();
    readServer();
    long readyAgain = System.nanoTime();
    awaitAccepted(id);
    long completed = System.nanoTime();
    pause(2000); // duplicates arrive late
    System.out.printf(
        "| %-10s | %6s | %15s | %13s | %7s | %5s | %5s |%n",
        "service", "queued", "before the kill", "afterwards", "missing", "twice", "more");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    boolean good = true;
    for (CountingPushService standIn : services) {
      int queued = devices / ALL.size();
      int first = before.getOrDefault(standIn.service(), 0);
      int missing = queued - standIn.timesByDevice().size();
      long twice = standIn.timesByDevice().values().stream().filter(times -> times == 2).count();
      long more = standIn.timesByDevice().values().stream().filter(times -> times > 2).count();
      System.out.printf(
          "| %-10s | %6d | %15d | %13d | %7d | %5d | %5d |%n",
          standIn.service().name(),
          queued,
          first,
          standIn.received() - first,
          missing,
          twice,
          more);
      good &= missing == 0 && more == 0 && twice <= MAX_IN_FLIGHT;
    }
    System.out.printf(
        Locale.ROOT,
        "%nready again %.1f s after the kill; all accepted %.1f s after that%n",
        (readyAgain - killed) / 1e9,
        (completed - readyAgain) / 1e9);
    return good;
  }

  private int received() {
    return services.stream().mapToInt(CountingPushService::received).sum();
  }
}
