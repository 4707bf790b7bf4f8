package io.broadcasty.container;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Clients of WebSockets of the server's own engine that have gone. */
class GoneClientByContainerIT extends GoneClientContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar(ORDINAL, NO_HEARTBEAT, "broadcasty.stream.websocket=container");
  }
}
