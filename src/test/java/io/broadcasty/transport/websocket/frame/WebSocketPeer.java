package io.broadcasty.transport.websocket.frame;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A client's view of an open WebSocket as bytes. */
public interface WebSocketPeer extends AutoCloseable {

  /** Sends bytes, valid or not; does nothing when the server has closed the connection. */
  void send(byte[] bytes) throws IOException;

  /** Returns the next frame from the server; null when it has closed the connection. */
  @Nullable ServerFrame next() throws IOException;

  /**
   * Returns a text that the server answers with one that contains the mark.
   *
   * @param mark up to 60 characters, none of which JSON escapes
   * @param lengthBytes the length of the text in UTF-8; 0 for as long as necessary
   */
  String question(String mark, int lengthBytes);

  /** Returns the longest message that the server accepts. */
  int maxMessageBytes();

  @Override
  void close() throws IOException;

  /** A frame from the server. */
  record ServerFrame(int opcode, byte[] body) {

    /**
     * Reads a frame, and checks the requirements of RFC 6455 on a server that has negotiated no
     * extension and sends no fragments.
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

    /** Returns the code of a close frame. */
    public int closeCode() {
      return body.length == 0 ? CloseCodes.NONE : (body[0] & 0xFF) << 8 | (body[1] & 0xFF);
    }

    @Override
    public String toString() {
      return "opcode " + opcode + ": " + HexFormat.of().formatHex(body) + " (" + text() + ")";
    }
  }
}
