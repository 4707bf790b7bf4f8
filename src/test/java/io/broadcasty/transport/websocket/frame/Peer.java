package io.broadcasty.transport.websocket.frame;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An open WebSocket to a server, seen as bytes by its client. */
public interface Peer extends AutoCloseable {

  /** Sends bytes, whatever they are; does nothing when the server has hung up. */
  void send(byte[] bytes) throws IOException;

  /** The next frame from the server; null when it has hung up. */
  @Nullable ServerFrame next() throws IOException;

  /**
   * A text that the server answers with one that contains the mark.
   *
   * @param mark up to 60 characters, none of which JSON escapes
   * @param lengthBytes how long the text is in UTF-8; 0 for as long as it needs to be
   */
  String question(String mark, int lengthBytes);

  /** The longest message that the server takes. */
  int maxMessageBytes();

  @Override
  void close() throws IOException;

  /** A frame from the server. */
  record ServerFrame(int opcode, byte[] body) {

    /**
     * Reads one, and holds it to what RFC 6455 demands of a server that has negotiated no extension
     * and sends no fragments.
     *
     * @return null at the stream's end
     */
    public static @Nullable ServerFrame read(InputStream in) throws IOException {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int second = in.read();
      if ((first & 0xF0) != 0x80 || second < 0 || second > 0x7F) {
        throw new IOException("a server's frame must not begin with " + first + ", " + second);
      }
      long length = second;
      if (second > 125) {
        length = 0;
        for (byte b : in.readNBytes(second == 126 ? 2 : 8)) {
          length = length << 8 | (b & 0xFF);
        }
        if (length < (second == 126 ? 126 : 65536)) {
          throw new IOException("a server's frame has a length in a longer form: " + length);
        }
      }
      return new ServerFrame(first & 0x0F, in.readNBytes((int) length));
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** The code of a close frame. */
    public int closeCode() {
      return body.length == 0 ? CloseCodes.NONE : (body[0] & 0xFF) << 8 | (body[1] & 0xFF);
    }

    @Override
    public String toString() {
      return "opcode " + opcode + ": " + HexFormat.of().formatHex(body) + " (" + text() + ")";
    }
  }
}
