package io.broadcasty.container;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A connection that says what no well-behaved client says, and reads only when it is told to. */
final class RawSocket implements AutoCloseable {

  private static final int SMALL_WINDOW = 8 * 1024;

  private final Socket socket = new Socket();

  RawSocket(Api api) throws IOException {
    socket.setReceiveBufferSize(SMALL_WINDOW);
    socket.setSoTimeout((int) Api.PATIENCE.toMillis());
    socket.connect(new java.net.InetSocketAddress("localhost", api.base.getPort()));
  }

  static RawSocket webSocket(Api api, String token) throws IOException {
    RawSocket raw = new RawSocket(api);
    raw.write(
        ("GET /broadcasty/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Authorization: Bearer "
                + token
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    raw.readUntil("\r\n\r\n");
    return raw;
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** A masked text frame of fewer than 126 bytes, or fewer than 65 536. */
  void writeText(String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    int header = body.length < 126 ? 2 : 4;
    byte[] frame = new byte[header + 4 + body.length]; // the mask is four zeros
    frame[0] = (byte) 0x81;
    if (header == 2) {
      frame[1] = (byte) (0x80 | body.length);
    } else {
      frame[1] = (byte) (0x80 | 126);
      frame[2] = (byte) (body.length >> 8);
      frame[3] = (byte) body.length;
    }
    System.arraycopy(body, 0, frame, header + 4, body.length);
    write(frame);
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

  /** Reads what is left, and tells whether the server then closes. */
  boolean isClosedByServer() throws IOException {
    byte[] buffer = new byte[64 * 1024];
    try {
      long deadline = System.nanoTime() + Api.PATIENCE.toNanos();
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
