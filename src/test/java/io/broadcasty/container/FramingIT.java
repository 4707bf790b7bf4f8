package io.broadcasty.container;

import io.broadcasty.transport.websocket.frame.FramingContract;
import io.broadcasty.transport.websocket.frame.Peer;
import java.io.IOException;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Our own WebSocket engine, on each server, held to RFC 6455. */
class FramingIT extends InServer implements FramingContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar()
        .addAsResource(
            new StringAsset("broadcasty.stream.websocket=own\n"),
            "META-INF/microprofile-config.properties");
  }

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
