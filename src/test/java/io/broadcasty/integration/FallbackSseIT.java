package io.broadcasty.integration;

import io.broadcasty.transport.container.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Tests event streams on a server whose internals are not found. */
class FallbackSseIT extends SseContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.FALLBACK.archive();
  }

  @Override
  protected StreamOutput output() {
    return StreamOutput.SERVLET;
  }

  @Override
  protected boolean watchesClients() {
    return false;
  }
}
