package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs Pusher's own libraries, unmodified, as clients and back ends of a server. */
final class PusherPrograms {

  /** The app of the servers that Arquillian starts. */
  private static final String APP_ID = "1001";

  private static final String KEY = "key-of-the-tests";
  private static final String SECRET = "secret-of-the-tests";
  private static final int STEPS = 13;

  private PusherPrograms() {}

  /**
   * Asserts that pusher-js, Laravel Echo and the library for Node work in all that they do here.
   */
  static void assertNodeLibrariesWork(Api api) throws IOException, InterruptedException {
    Path log = Files.createTempFile("pusher", ".log");
    try {
      Process process =
          NodePrograms.installed()
              .program(
                  "pusher.cjs",
                  String.valueOf(api.base.getPort()),
                  api.base.getPath(),
                  APP_ID,
                  KEY,
                  SECRET,
                  api.tokens.publisher())
              .redirectOutput(log.toFile())
              .start();
      boolean ended = process.waitFor(2, TimeUnit.MINUTES);
      process.destroyForcibly();
      String output = Files.readString(log);
      assertEquals("true 0", ended + " " + (ended ? process.exitValue() : -1), output);
      assertEquals(STEPS, output.lines().filter(line -> line.startsWith("ok ")).count(), output);
    } finally {
      Files.delete(log);
    }
  }
}
