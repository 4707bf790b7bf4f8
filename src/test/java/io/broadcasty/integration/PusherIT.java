package io.broadcasty.integration;

import org.junit.jupiter.api.Test;

/** Tests Pusher's own libraries, unmodified, on a server. */
class PusherIT extends BuiltWarTestBase {

  @Test
  void librariesOfNodeWork() throws Exception {
    PusherPrograms.assertNodeLibrariesWork(api);
  }
}
