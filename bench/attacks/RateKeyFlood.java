import java.util.concurrent.ThreadLocalRandom;

/**
 * As many names as possible for which a limit may be counted: channels, users, and addresses that a
 * header claims.
 */
final class RateKeyFlood extends Attack {

  private static final int CONNECTIONS = 32;
  private static final int PUBLISHERS = 4;

  private int subjects;

  @Override
  void start() {
    for (int i = 0; i < PUBLISHERS; i++) {
      String publisher = tokens.of("publisher-" + i, "publisher");
      flood(1, 2, () -> Requests.post("/broadcasty/publish", publisher, batch()));
    }
    String nobody = tokens.of("nobody");
    flood(CONNECTIONS, 2, () -> next(nobody));
  }

  private String next(String nobody) {
    return switch (ThreadLocalRandom.current().nextInt(4)) {
      case 0 ->
          Requests.get(
              "/broadcasty/replay?channel=a", tokens.sign("subject-" + subjects++ + random(100)));
      case 1 -> Requests.get("/broadcasty/replay?channel=" + random(200), nobody);
      case 2 -> Requests.get("/broadcasty/presence?channel=presence-" + random(190), nobody);
      default ->
          Requests.method("GET", "/broadcasty/ping", "X-Forwarded-For: " + random(15) + "\r\n");
    };
  }

  private static String batch() {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < 100; i++) {
      body.append(i == 0 ? "" : ",").append("{\"channel\":\"").append(random(200));
      body.append("\",\"payload\":1}");
    }
    return body.append(']').toString();
  }
}
