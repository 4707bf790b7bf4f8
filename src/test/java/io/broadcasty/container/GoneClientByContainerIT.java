package io.broadcasty.container;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests disconnects of WebSockets of the server's own engine. */
class GoneClientByContainerIT extends GoneClientContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar(ORDINAL, NO_HEARTBEAT, "broadcasty.stream.websocket=container");
  }
}
