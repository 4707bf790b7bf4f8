/**
 * Thousands of WebSockets of one address that never send a token, and users who reconnect as fast
 * as they can, over WebSocket and SSE.
 */
final class ConnectFlood extends Attack {

  private static final int WITHOUT_TOKEN = 4000;
  private static final int RECONNECTING = 300;
  private static final int USERS = 20;

  @Override
  void start() {
    hold(WITHOUT_TOKEN, 0, n -> new Silent());
    hold(
        RECONNECTING,
        n -> {
          String token = tokens.of("user-" + n % USERS, "member");
          return n % 2 == 0 ? new Socket(token) : new Events(token);
        });
  }

  private static final class Silent extends WebSocketPeer {

    Silent() {
      super(null);
    }

    @Override
    void upgraded() {}
  }

  private static final class Socket extends WebSocketPeer {

    Socket(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      send(Requests.text("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"storm\"}"));
      loop.after(50, () -> end("left"));
    }
  }

  private static final class Events extends Peer {
    private final String token;

    Events(String token) {
      this.token = token;
    }

    @Override
    void opened() {
      send(Requests.get("/broadcasty/sse?channel=storm", token));
    }

    @Override
    void status(int status) {
      loop.after(50, () -> end("left"));
    }
  }
}
