import java.nio.ByteBuffer;

/**
 * WebSockets that send almost all of a message of 1 MiB and never its end: in one frame, in frames
 * of 4 KiB and in frames of 64 bytes; most of them without a token, the others with one.
 */
final class HalfMessages extends Attack {

  private static final int SOCKETS = 2000;
  private static final int MESSAGE = 1 << 20;
  private static final int MISSING = 1000; // pongs within the frame must not complete it
  private static final int USERS = 40;

  @Override
  void start() {
    ByteBuffer[] kinds = {
      Requests.begin(MESSAGE, MESSAGE - MISSING), fragments(4096), fragments(64)
    };
    hold(
        SOCKETS,
        n -> {
          String token = n % 4 == 3 ? tokens.of("user-" + n / 4 % USERS, "member") : null;
          return new Half(token, kinds[n % kinds.length]);
        });
  }

  private static ByteBuffer fragments(int length) {
    ByteBuffer all = ByteBuffer.allocate(2 * MESSAGE);
    all.put(Requests.begin(length, length));
    for (int sent = length; sent + length < MESSAGE - MISSING; sent += length) {
      all.put(Requests.proceed(length));
    }
    return all.flip();
  }

  private static final class Half extends WebSocketPeer {
    private final ByteBuffer message;
    private boolean sent;

    Half(String token, ByteBuffer message) {
      super(token);
      this.message = message;
    }

    @Override
    void upgraded() {
      send(message);
    }

    @Override
    void drained() {
      if (isUpgraded() && !sent) {
        sent = true;
        loop.counts.add("sent");
      }
    }
  }
}
