package io.broadcasty.integration;

import io.broadcasty.transport.websocket.frame.WebSocketPeer;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client of {@code /broadcasty/ws} that writes and reads bytes. */
final class SocketPeer implements WebSocketPeer {

  /** The default of {@code broadcasty.limits.message-bytes}. */
  private static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  private final RawSocket socket;

  SocketPeer(Api api, String token) throws IOException {
    socket = RawSocket.webSocket(api, token);
  }

  @Override
  public void send(byte[] bytes) throws IOException {
    try {
      socket.write(bytes);
    } catch (SocketException e) {
      // the server has closed the connection, which the next read reports
    }
  }

  @Override
  public @Nullable ServerFrame next() throws IOException {
    try {
      return ServerFrame.read(socket.input());
    } catch (SocketException reset) {
      return null;
    }
  }

  @Override
  public String question(String mark, int lengthBytes) {
    String ping = "{\"command\":\"ping\",\"id\":\"" + mark + "\"}";
    int length = ping.getBytes(StandardCharsets.UTF_8).length;
    return ping + " ".repeat(Math.max(0, lengthBytes - length));
  }

  @Override
  public int maxMessageBytes() {
    return MAX_MESSAGE_BYTES;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
