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
}
