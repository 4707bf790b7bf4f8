package io.broadcasty.integration;

import io.broadcasty.transport.container.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests event streams of the WAR as it was built. */
class SseIT extends SseContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.BUILT.archive();
  }

  @Override
  protected StreamOutput output() {
    return ServerKind.current().eventStreamOutput();
  }

  @Override
  protected boolean watchesClients() {
    return true;
  }
}
