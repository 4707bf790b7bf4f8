import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes of HTTP requests and WebSocket frames. */
final class Requests {

  private static final int TEXT = 1;
  private static final int CONTINUATION = 0;
  private static final int PONG = 10;
  private static final int FINAL = 0x80;

  private Requests() {}

  static String handshake(String token) {
    return "GET /broadcasty/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + authorization(token)
        + "\r\n";
  }

  private static String authorization(String token) {
    return token == null ? "" : "Authorization: Bearer " + token + "\r\n";
  }

  static String get(String path, String token) {
    return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + authorization(token) + "\r\n";
  }

  static String method(String method, String path, String headers) {
    return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n";
  }

  /** Returns a complete request with a JSON body of ASCII characters. */
  static String post(String path, String token, String body) {
    return postHead(path, token, "Content-Length: " + body.length()) + body;
  }

  /** Returns the head of a request, whose body follows as the header says. */
  static String postHead(String path, String token, String lengthHeader) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        + authorization(token)
        + lengthHeader
        + "\r\n\r\n";
  }

  /** Returns a whole text message. */
  static ByteBuffer text(String ascii) {
    ByteBuffer frame = head(FINAL | TEXT, ascii.length(), ascii.length());
    return frame.put(ascii.getBytes(StandardCharsets.ISO_8859_1)).flip();
  }

  /** Returns the first frame of a message that goes on, with as much payload as given. */
  static ByteBuffer begin(long length, int payload) {
    return filled(TEXT, length, payload);
  }

  /** Returns a frame that continues a message and does not end it. */
  static ByteBuffer proceed(int length) {
    return filled(CONTINUATION, length, length);
  }

  private static ByteBuffer filled(int first, long length, int payload) {
    ByteBuffer frame = head(first, length, payload);
    while (frame.hasRemaining()) {
      frame.put((byte) ' ');
    }
    return frame.flip();
  }

  static ByteBuffer ping(int length) {
    ByteBuffer frame = head(FINAL | 9, length, length);
    return frame.position(frame.limit()).flip();
  }

  static ByteBuffer pong() {
    return head(FINAL | PONG, 0, 0).flip();
  }

  /** Returns a buffer with the head of a frame, masked with zeros, and room for its payload. */
  private static ByteBuffer head(int first, long length, int payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload);
    frame.put((byte) first);
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 65536) {
      frame.put((byte) (0x80 | 126)).putShort((short) length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(length);
    }
    frame.putInt(0);
    return frame.limit(frame.position() + payload);
  }
}
