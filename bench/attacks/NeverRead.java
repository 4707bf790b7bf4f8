/** Many subscribers of busy channels, over WebSocket and SSE, that never read. */
final class NeverRead extends Attack {

  private static final int SUBSCRIBERS = 1000;
  private static final int USERS = 20;
  private static final int CHANNELS = 10;
  private static final int PAUSE_MILLIS = 100;

  private final String payload = random(4000);

  @Override
  void start() {
    String publisher = tokens.of("publisher", "publisher");
    hold(1, n -> new Publisher(publisher));
    hold(
        SUBSCRIBERS,
        n -> {
          String token = tokens.of("user-" + n % USERS, "member");
          return n % 2 == 0 ? new Socket(token) : new Events(token);
        });
  }

  /** Publishes to each channel ten times a second. */
  private final class Publisher extends Peer {
    private final String token;

    Publisher(String token) {
      this.token = token;
    }

    @Override
    void opened() {
      if (isEnded()) {
        return;
      }
      StringBuilder body = new StringBuilder("[");
      for (int i = 0; i < CHANNELS; i++) {
        body.append(i == 0 ? "" : ",").append("{\"channel\":\"busy.").append(i);
        body.append("\",\"payload\":\"").append(payload).append("\"}");
      }
      send(Requests.post("/broadcasty/publish", token, body.append(']').toString()));
    }

    @Override
    void status(int status) {
      loop.after(PAUSE_MILLIS, this::opened);
    }
  }

  private static final class Socket extends WebSocketPeer {

    Socket(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      for (int i = 0; i < CHANNELS; i++) {
        send(
            Requests.text(
                "{\"id\":"
                    + i
                    + ",\"command\":\"subscribe\",\"channel\":\"busy."
                    + i
                    + "\",\"fromSequence\":0}"));
      }
    }

    @Override
    boolean reads() {
      return !isUpgraded();
    }

    @Override
    int receiveBuffer() {
      return 4096;
    }
  }

  private static final class Events extends Peer {
    private final String token;

    Events(String token) {
      this.token = token;
    }

    @Override
    void opened() {
      send(Requests.get("/broadcasty/sse?channel=busy.*&fromSequence=0", token));
    }

    @Override
    boolean reads() {
      return false;
    }

    @Override
    int receiveBuffer() {
      return 4096;
    }
  }
}
