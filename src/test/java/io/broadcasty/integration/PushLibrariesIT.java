package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.TestCertificate;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** Tests that Netty and Bouncy Castle work within each server, beside the server's own versions. */
class PushLibrariesIT extends ServerTestBase {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar()
        .addClasses(PushProbe.class, FakeApnsServer.class, TestCertificate.class, Pem.class);
  }

  @Test
  void theProvidersSendFromWithinTheServer() {
    assertEquals(
        "apns accepted, webpush the service cannot be connected to",
        api.get("/probe/push", api.tokens.guest()).body());
  }
}
