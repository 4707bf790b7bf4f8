package io.broadcasty.integration;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests disconnects of WebSockets of the server's own engine. */
class ContainerDisconnectDetectionIT extends DisconnectDetectionContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.CONTAINER_WITHOUT_HEARTBEAT.archive();
  }
}
