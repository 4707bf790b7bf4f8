import java.util.concurrent.ThreadLocalRandom;

/**
 * Messages that cost much to read or to refuse: nested deeply, with long numbers and many fields,
 * with a hundred wrong commands, not JSON; over WebSocket and as bodies of publishes.
 */
final class BadMessages extends Attack {

  private static final int CONNECTIONS = 16;
  private static final int SOCKETS = 50;
  private static final int USERS = 10;
  private static final int LENGTH = 60_000;

  private final String[] texts = {
    "[".repeat(LENGTH),
    "{\"a\":".repeat(LENGTH / 5),
    "[" + "9".repeat(LENGTH) + "]",
    "[" + "1e999,".repeat(LENGTH / 6) + "1]",
    "{" + "\"\\u0061\":1,".repeat(LENGTH / 11) + "\"b\":1}",
    "[" + "{\"id\":1,\"command\":\"nosuch\"},".repeat(99) + "{}]",
    "[" + "{\"id\":\"\\ud800\"},".repeat(99) + "1]",
    "[" + "{\"channel\":\"#\",\"payload\":1},".repeat(99) + "null]",
    " ".repeat(LENGTH) + "1",
    "{\"channel\":\"a\",\"payload\":" + "[".repeat(60) + "]".repeat(60) + ",\"payload\":1}"
  };

  @Override
  void start() {
    String publisher = tokens.of("publisher", "publisher");
    flood(CONNECTIONS, 1, () -> Requests.post("/broadcasty/publish", publisher, next()));
    hold(SOCKETS, n -> new Socket(tokens.of("user-" + n % USERS, "member")));
  }

  private String next() {
    return texts[ThreadLocalRandom.current().nextInt(texts.length)];
  }

  private final class Socket extends WebSocketPeer {

    Socket(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      send(Requests.text(next()));
    }

    @Override
    void drained() {
      if (isUpgraded()) {
        send(Requests.text(next()));
      }
    }
  }
}
