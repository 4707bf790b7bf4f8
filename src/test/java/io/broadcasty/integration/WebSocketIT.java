package io.broadcasty.integration;

import io.broadcasty.transport.container.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests WebSockets of the WAR as it was built. */
class WebSocketIT extends WebSocketContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.BUILT.archive();
  }

  @Override
  protected StreamOutput output() {
    return ServerKind.current().webSocketOutput();
  }
}
