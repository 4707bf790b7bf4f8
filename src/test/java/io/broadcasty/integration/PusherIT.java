package io.broadcasty.integration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests Pusher's own libraries, unmodified, on a server. */
class PusherIT extends BuiltWarTestBase {

  @Test
  void librariesOfNodeWork() throws Exception {
    PusherPrograms.assertNodeLibrariesWork(api);
  }

  @Test
  @Tag("any-server")
  void theLibraryOfPythonWorks() throws Exception {
    PusherPrograms.assertBackEndWorks(api, BackEndPrograms.python());
  }

  @Test
  @Tag("any-server")
  void theLibraryOfGoWorks() throws Exception {
    PusherPrograms.assertBackEndWorks(api, BackEndPrograms.go());
  }

  @Test
  @Tag("any-server")
  void librariesOfJavaWork() throws Exception {
    PusherPrograms.assertJavaLibrariesWork(api, BackEndPrograms.java());
  }
}
