/**
 * Clients that read a few bytes of what they asked for every second: pages of replay over HTTP, and
 * streams from the oldest publication on.
 */
final class SlowReads extends Attack {

  private static final int CONNECTIONS = 600;
  private static final int USERS = 20;
  private static final int PUBLICATIONS = 100;
  private static final int READ_MILLIS = 1000;
  private static final int FILLING_MILLIS = 2000;

  private final String payload = random(60_000);
  private int filled;

  @Override
  void start() {
    String publisher = tokens.of("publisher", "publisher");
    Peer filler =
        new Peer() {
          @Override
          void opened() {
            if (filled++ < PUBLICATIONS) {
              String body = "{\"channel\":\"slow\",\"payload\":\"" + payload + "\"}";
              send(Requests.post("/broadcasty/publish", publisher, body));
            }
          }

          @Override
          void status(int status) {
            opened();
          }
        };
    loop.open(filler);
    loop.after(
        FILLING_MILLIS,
        () ->
            hold(
                CONNECTIONS,
                n -> {
                  String token = tokens.of("user-" + n % USERS, "member");
                  return n % 3 == 0 ? new Socket(token) : new Slow(token, n % 3 == 1);
                }));
  }

  /** Opens the connection's eyes for a moment every second. */
  private static final class Glance {
    private boolean open = true;

    void run(Peer peer) {
      if (!peer.isEnded()) {
        open = true;
        peer.interest();
        peer.loop.after(READ_MILLIS, () -> run(peer));
      }
    }

    void close(Peer peer) {
      open = false;
      peer.interest();
    }
  }

  private static final class Slow extends Peer {
    private final String token;
    private final boolean events;
    private final Glance glance = new Glance();

    Slow(String token, boolean events) {
      this.token = token;
      this.events = events;
    }

    @Override
    void opened() {
      send(
          Requests.get(
              events
                  ? "/broadcasty/sse?channel=slow&fromSequence=0"
                  : "/broadcasty/replay?channel=slow&limit=1000",
              token));
      glance.run(this);
    }

    @Override
    void received(java.nio.ByteBuffer bytes) {
      super.received(bytes);
      glance.close(this);
    }

    @Override
    boolean reads() {
      return glance.open;
    }

    @Override
    int receiveBuffer() {
      return 2048;
    }
  }

  private static final class Socket extends WebSocketPeer {
    private final Glance glance = new Glance();

    Socket(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      send(
          Requests.text(
              "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"slow\",\"fromSequence\":0}"));
      glance.run(this);
    }

    @Override
    void received(java.nio.ByteBuffer bytes) {
      super.received(bytes);
      if (isUpgraded()) {
        glance.close(this);
      }
    }

    @Override
    boolean reads() {
      return glance.open;
    }

    @Override
    int receiveBuffer() {
      return 2048;
    }
  }
}
