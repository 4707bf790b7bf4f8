package io.broadcasty.integration;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests disconnects of WebSockets of the server's own engine. */
class DisconnectDetectionByContainerIT extends DisconnectDetectionContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar(ORDINAL, NO_HEARTBEAT, "broadcasty.stream.websocket=container");
  }
}
