package io.broadcasty.integration;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** A client connection that can send invalid bytes and reads only on request. */
final class RawSocket implements AutoCloseable {

  private static final int SMALL_WINDOW = 8 * 1024;

  /** Open Liberty keeps a connection for its {@code persistTimeout} after it was closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Socket socket = new Socket();

  RawSocket(Api api) throws IOException {
    socket.setReceiveBufferSize(SMALL_WINDOW);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(new java.net.InetSocketAddress("localhost", api.base.getPort()));
  }

  static RawSocket webSocket(Api api, String token) throws IOException {
    RawSocket raw = new RawSocket(api);
    raw.write(
        ("GET /broadcasty/ws HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    raw.readUntil("\r\n\r\n");
    return raw;
  }

  /**
   * Requests a stream of Server-Sent Events of one channel; the connection is kept alive
   * afterwards.
   */
  static RawSocket eventStream(Api api, String token, String channel) throws IOException {
    RawSocket raw = new RawSocket(api);
    raw.sendGet("/broadcasty/sse?channel=" + channel, token);
    raw.readUntil("event: subscribed");
    raw.readUntil("\n\n");
    return raw;
  }

  /** Sends a request, even while another one is under way on the connection. */
  void sendGet(String path, String token) throws IOException {
    String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
    write(
        ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends the head of a request with JSON of this length. */
  void sendPost(String path, String token, int length) throws IOException {
    sendHead("POST", path, token, "application/json", length);
  }

  /** Sends the head of a request with a body of this type and length. */
  void sendHead(String method, String path, String token, String type, int length)
      throws IOException {
    String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
    write(
        (method
                + " "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + length
                + "\r\n"
                + authorization
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Ends the connection with a reset (RST) instead of a close (FIN). */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes the sending side (FIN), and may still read. */
  void closeOutput() throws IOException {
    socket.shutdownOutput();
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Returns everything that arrives until the server closes the connection. */
  String readToTheEnd() throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(read);
    } catch (SocketException reset) {
      // reset, since the server has not read everything that was sent
    }
    return read.toString(StandardCharsets.ISO_8859_1);
  }

  /** Sends a masked text frame. */
  void writeText(String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(body.length + 14).put((byte) 0x81);
    if (body.length < 126) {
      frame.put((byte) (0x80 | body.length));
    } else if (body.length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) body.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(body.length);
    }
    frame.putInt(0).put(body); // the mask is four zeros
    write(Arrays.copyOf(frame.array(), frame.position()));
  }

  InputStream input() throws IOException {
    return socket.getInputStream();
  }

  String readUntil(String part) throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (read.indexOf(part) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed after: " + read);
      }
      read.append((char) b);
    }
    return read.toString();
  }

  /** Reads the remaining bytes, and returns whether the server then closes the connection. */
  boolean isClosedByServer() throws IOException {
    byte[] buffer = new byte[64 * 1024];
    try {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() - deadline < 0) {
        if (socket.getInputStream().read(buffer) < 0) {
          return true;
        }
      }
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
