import java.nio.ByteBuffer;

/**
 * A WebSocket of an attacker. Begins with the handshake, and with a token in it unless the token is
 * null; counts the code of a close frame.
 */
abstract class WebSocketPeer extends Peer {

  private static final int CLOSE = 8;
  private static final int PING = 9;

  private final String token;
  private boolean upgraded;
  private boolean refused;

  // what is known of the frame that arrives
  private long skip;
  private int headBytes;
  private int headNeeded = 2;
  private final byte[] head = new byte[12];
  private int endOfHandshake;

  WebSocketPeer(String token) {
    this.token = token;
  }

  final boolean isUpgraded() {
    return upgraded;
  }

  /** The handshake succeeded. */
  abstract void upgraded();

  @Override
  void opened() {
    send(Requests.handshake(token));
  }

  @Override
  void status(int status) {
    if (status != 101) {
      refused = true;
      loop.after(1, () -> end("refused"));
    }
  }

  @Override
  void received(ByteBuffer bytes) {
    if (upgraded) {
      frames(bytes.duplicate());
      scan(bytes);
      return;
    }
    int begin = bytes.position();
    for (int i = begin; i < bytes.limit() && endOfHandshake < 4; i++) {
      endOfHandshake = bytes.get(i) == "\r\n\r\n".charAt(endOfHandshake) ? endOfHandshake + 1 : 0;
      if (endOfHandshake == 4) {
        ByteBuffer rest = bytes.duplicate().position(i + 1);
        scan(bytes.duplicate().limit(i + 1));
        if (refused) {
          scan(rest);
          return;
        }
        upgraded = true;
        upgraded();
        if (rest.hasRemaining() && !isEnded()) {
          received(rest);
        }
        return;
      }
    }
    scan(bytes);
  }

  private void frames(ByteBuffer bytes) {
    while (bytes.hasRemaining() && !isEnded()) {
      if (skip > 0) {
        int step = (int) Math.min(skip, bytes.remaining());
        bytes.position(bytes.position() + step);
        skip -= step;
        continue;
      }
      head[headBytes++] = bytes.get();
      if (headBytes == 2) {
        int length = head[1] & 0x7f;
        headNeeded = 2 + (length == 127 ? 8 : length == 126 ? 2 : 0);
        if ((head[0] & 15) == CLOSE && length >= 2 && length < 126) {
          headNeeded += 2; // the code stands at the beginning of the payload
        }
      }
      if (headBytes == headNeeded && headBytes >= 2) {
        frame();
        headBytes = 0;
        headNeeded = 2;
      }
    }
  }

  private void frame() {
    int length = head[1] & 0x7f;
    if ((head[0] & 15) == CLOSE) {
      int code = headNeeded == 4 ? (head[2] & 255) << 8 | head[3] & 255 : 1005;
      loop.counts.add("close-" + code);
      end("closed");
      return;
    }
    skip = length;
    if (length >= 126) {
      skip = 0;
      for (int i = 2; i < headNeeded; i++) {
        skip = skip << 8 | head[i] & 255;
      }
    }
    if ((head[0] & 15) == PING) {
      send(Requests.pong());
    }
  }
}
