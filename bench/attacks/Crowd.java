/**
 * No attack: as many connections as the attacks open, of clients that behave. A server keeps
 * buffers and request objects for as many connections as its threads have ever served; a heap that
 * is compared with the time before an attack must have them already.
 */
final class Crowd extends Attack {

  private static final int CONNECTIONS = 3000;
  private static final int USERS = 200;
  private static final int PAUSE_MILLIS = 2000;

  @Override
  void start() {
    hold(
        CONNECTIONS,
        n -> {
          String token = tokens.of("user-" + n % USERS, "member", "publisher");
          return switch (n % 4) {
            case 0 -> new Socket(token);
            case 1 -> new Asking(Requests.get("/broadcasty/replay?channel=crowd", token));
            case 2 -> new Asking(Requests.get("/broadcasty/ping", null));
            default ->
                new Asking(
                    Requests.post(
                        "/broadcasty/publish", token, "{\"channel\":\"crowd\",\"payload\":1}"));
          };
        });
  }

  private static final class Asking extends Peer {
    private final String request;

    Asking(String request) {
      this.request = request;
    }

    @Override
    void opened() {
      ask();
    }

    private void ask() {
      if (!isEnded()) {
        send(request);
        loop.after(PAUSE_MILLIS, this::ask);
      }
    }
  }

  private static final class Socket extends WebSocketPeer {

    Socket(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      send(Requests.text("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"crowd\"}"));
    }
  }
}
