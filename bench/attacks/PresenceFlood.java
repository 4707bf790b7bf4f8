import java.util.concurrent.ThreadLocalRandom;

/** One user who makes as many members as possible present, as large as possible. */
final class PresenceFlood extends Attack {

  private static final int CONNECTIONS = 8;
  private static final int SOCKETS = 50;
  private static final int CHANNELS = 2000;

  private final String data = random(1700);

  @Override
  void start() {
    String token = tokens.of("crowd", "member", "publisher");
    flood(CONNECTIONS, 2, () -> Requests.post("/broadcasty/presence/join", token, join("")));
    hold(SOCKETS, n -> new Joining(token));
  }

  private String join(String command) {
    return "{"
        + command
        + "\"channel\":\"presence-"
        + ThreadLocalRandom.current().nextInt(CHANNELS)
        + "\",\"member\":{\"id\":\""
        + random(200)
        + "\",\"data\":\""
        + data
        + "\"}}";
  }

  private final class Joining extends WebSocketPeer {

    Joining(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      if (!isEnded()) {
        StringBuilder frame = new StringBuilder("[");
        for (int i = 0; i < 100; i++) {
          frame.append(i == 0 ? "" : ",").append(join("\"id\":1,\"command\":\"join\","));
        }
        send(Requests.text(frame.append(']').toString()));
        loop.after(500, this::upgraded);
      }
    }
  }
}
