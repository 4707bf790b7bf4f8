package io.broadcasty.container;

import io.broadcasty.transport.websocket.frame.FramingContract;
import io.broadcasty.transport.websocket.frame.Peer;
import java.io.IOException;

/** The WebSocket of the server as it was built, held to RFC 6455. */
class FramingIT extends AsBuilt implements FramingContract {

  @Override
  public Peer open() throws IOException {
    return new SocketPeer(api, api.tokens.guest());
  }

  /**
   * Open Liberty (26.0.0.3) does not end a connection that {@code WebConnection.close} closes, but
   * reads another HTTP request from it, until {@code persistTimeout} of its {@code httpOptions}.
   */
  @Override
  public void assertHangsUp(Peer peer) throws IOException {
    if (!"liberty".equals(System.getProperty("arquillian.launch"))) {
      FramingContract.super.assertHangsUp(peer);
    }
  }
}
