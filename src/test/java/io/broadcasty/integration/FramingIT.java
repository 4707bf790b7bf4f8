package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.broadcasty.transport.websocket.frame.ClientFrame;
import io.broadcasty.transport.websocket.frame.FramingContract;
import io.broadcasty.transport.websocket.frame.WebSocketPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests Broadcasty's own WebSocket engine on each server against RFC 6455. */
class FramingIT extends BuiltWarTestBase implements FramingContract {

  @Override
  public WebSocketPeer open() throws IOException {
    return new SocketPeer(api, api.tokens.guest());
  }

  /**
   * A proxy in front no longer inspects the connection, so requests that it would refuse must not
   * get in.
   */
  @Test
  void nothingAfterTheCloseIsReadAsHttp() throws IOException {
    try (RawSocket socket = RawSocket.webSocket(api, api.tokens.guest())) {
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.write(ClientFrame.close(1000, "").bytes());
      sent.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.write(sent.toByteArray());
      assertFalse(socket.readToTheEnd().contains("HTTP/1.1"));
    }
  }
}
