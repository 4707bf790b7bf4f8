import java.util.concurrent.ThreadLocalRandom;

/** Requests that need no token and no resource: OPTIONS, and paths that do not exist. */
final class OptionsFlood extends Attack {

  private static final int CONNECTIONS = 64;
  private static final String[] REQUESTS = {
    Requests.method("OPTIONS", "/broadcasty/publish", ""),
    Requests.method(
        "OPTIONS",
        "/broadcasty/publish",
        "Origin: http://127.0.0.1\r\nAccess-Control-Request-Method: POST\r\n"),
    Requests.method("OPTIONS", "*", ""),
    Requests.get("/broadcasty/none", null),
    Requests.get("/broadcasty/ws", null),
    Requests.get("/none", null),
    Requests.get("/broadcasty/%7a/..;/x", null),
    Requests.method("BREW", "/broadcasty/publish", "")
  };

  @Override
  void start() {
    flood(CONNECTIONS, 8, OptionsFlood::next);
  }

  private static String next() {
    return REQUESTS[ThreadLocalRandom.current().nextInt(REQUESTS.length)];
  }
}
