/**
 * Connections that never finish the head of their request: one byte in two seconds, a WebSocket
 * handshake without its last line, header after header, and nothing at all.
 */
final class SlowHeads extends Attack {

  private static final int CONNECTIONS = 3000;

  private enum Kind {
    BYTES("GET /broadcasty/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ", "a", 2000),
    HANDSHAKE(Requests.handshake(null).substring(0, Requests.handshake(null).length() - 2), "", 0),
    HEADERS("GET /broadcasty/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n", "X-A: a\r\n", 500),
    SILENCE("", "", 0);

    private final String begin;
    private final String part;
    private final int pauseMillis;

    Kind(String begin, String part, int pauseMillis) {
      this.begin = begin;
      this.part = part;
      this.pauseMillis = pauseMillis;
    }
  }

  @Override
  void start() {
    hold(CONNECTIONS, n -> new Slow(Kind.values()[n % Kind.values().length]));
  }

  private static final class Slow extends Peer {
    private final Kind kind;

    Slow(Kind kind) {
      this.kind = kind;
    }

    @Override
    void opened() {
      if (!kind.begin.isEmpty()) {
        send(kind.begin);
      }
      if (kind.pauseMillis > 0) {
        dribble();
      }
    }

    private void dribble() {
      if (!isEnded()) {
        send(kind.part);
        loop.after(kind.pauseMillis, this::dribble);
      }
    }
  }
}
