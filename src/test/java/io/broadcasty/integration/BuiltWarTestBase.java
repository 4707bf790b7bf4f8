package io.broadcasty.integration;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The base of tests on the WAR as it was built. */
abstract class BuiltWarTestBase extends ServerTestBase {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.BUILT.archive();
  }
}
