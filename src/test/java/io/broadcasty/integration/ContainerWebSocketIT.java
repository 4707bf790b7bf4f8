package io.broadcasty.integration;

import io.broadcasty.transport.container.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests WebSockets of the server's own engine. */
class ContainerWebSocketIT extends WebSocketContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.CONTAINER.archive();
  }

  @Override
  protected StreamOutput output() {
    return StreamOutput.CONTAINER;
  }
}
