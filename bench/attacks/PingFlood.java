import java.nio.ByteBuffer;

/** WebSockets that send pings, and commands {@code ping}, as fast as they are taken. */
final class PingFlood extends Attack {

  private static final int SOCKETS = 50;
  private static final int USERS = 10;
  private static final int FRAMES = 500;

  @Override
  void start() {
    ByteBuffer pings = ByteBuffer.allocate(FRAMES * 200);
    ByteBuffer commands = ByteBuffer.allocate(FRAMES * 200);
    for (int i = 0; i < FRAMES; i++) {
      pings.put(Requests.ping(125));
      commands.put(Requests.text("{\"id\":" + i + ",\"command\":\"ping\"}"));
    }
    pings.flip();
    commands.flip();
    hold(
        SOCKETS,
        n ->
            new Pinging(
                tokens.of("user-" + n % USERS, "member"),
                n % 2 == 0 ? pings : commands,
                n % 4 < 2));
  }

  private static final class Pinging extends WebSocketPeer {
    private final ByteBuffer frames;
    private final boolean reads;

    Pinging(String token, ByteBuffer frames, boolean reads) {
      super(token);
      this.frames = frames;
      this.reads = reads;
    }

    @Override
    void upgraded() {
      send(frames);
    }

    @Override
    void drained() {
      if (isUpgraded()) {
        send(frames);
      }
    }

    @Override
    boolean reads() {
      return reads || !isUpgraded();
    }
  }
}
