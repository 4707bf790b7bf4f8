package io.broadcasty.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.push.StandIn;
import io.broadcasty.push.TestCertificate;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** Netty and Bouncy Castle work within each server, beside whatever it has of them itself. */
class PushLibrariesIT extends InServer {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar().addClasses(PushProbe.class, StandIn.class, TestCertificate.class);
  }

  @Test
  void theProvidersSendFromWithinTheServer() {
    assertEquals(
        "apns accepted, webpush accepted", api.get("/probe/push", api.tokens.guest()).body());
  }
}
