package io.broadcasty.container;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The base of tests on the WAR as it was built. */
abstract class AsBuilt extends InServer {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar();
  }
}
