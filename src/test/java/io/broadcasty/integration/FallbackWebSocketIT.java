package io.broadcasty.integration;

import io.broadcasty.transport.container.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Tests WebSockets of Broadcasty's own engine on a server whose internals are not found. */
@DisabledIfSystemProperty(
    named = "arquillian.launch",
    matches = "wildfly",
    disabledReason = "no internal of WildFly is used")
class FallbackWebSocketIT extends WebSocketContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.FALLBACK.archive();
  }

  @Override
  protected StreamOutput output() {
    return StreamOutput.SERVLET;
  }
}
