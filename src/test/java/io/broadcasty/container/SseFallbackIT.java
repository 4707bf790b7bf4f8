package io.broadcasty.container;

import io.broadcasty.transport.StreamOutput;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** An event stream on a server whose internals are not found. */
@DisabledIfSystemProperty(
    named = "arquillian.launch",
    matches = "wildfly",
    disabledReason = "no internal of WildFly is used")
class SseFallbackIT extends SseContract {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar("broadcasty.stream.internals=off");
  }

  @Override
  protected StreamOutput output() {
    return StreamOutput.SERVLET;
  }
}
