/**
 * One publisher that fills ever new channels with payloads of 60 KB, over HTTP in batches and over
 * WebSocket, and does not slow down when it is refused.
 */
final class HeapPublisher extends Attack {

  private static final int CONNECTIONS = 4;
  private static final int SOCKETS = 4;
  private static final int BATCH = 16;

  private final String payload = ",\"payload\":\"" + random(60_000) + "\"}";

  @Override
  void start() {
    String token = tokens.of("publisher", "publisher");
    flood(CONNECTIONS, 1, () -> Requests.post("/broadcasty/publish", token, batch()));
    hold(SOCKETS, n -> new Publisher(token));
  }

  private String batch() {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < BATCH; i++) {
      body.append(i == 0 ? "" : ",").append("{\"channel\":\"").append(random(40)).append('"');
      body.append(payload);
    }
    return body.append(']').toString();
  }

  private final class Publisher extends WebSocketPeer {

    Publisher(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      next();
    }

    @Override
    void drained() {
      next();
    }

    private void next() {
      if (isUpgraded()) {
        send(
            Requests.text(
                "{\"id\":1,\"command\":\"publish\",\"channel\":\"" + random(40) + '"' + payload));
      }
    }
  }
}
