package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs Pusher's own libraries, unmodified, as clients and back ends of a server. */
final class PusherPrograms {

  /** The app of the servers that Arquillian starts. */
  private static final String APP_ID = "1001";

  static final String KEY = "key-of-the-tests";
  private static final String SECRET = "secret-of-the-tests";
  private static final int NODE_STEPS = 15;
  private static final int BACK_END_STEPS = 6;
  private static final int JAVA_STEPS = 4;

  private PusherPrograms() {}

  /**
   * Asserts that pusher-js, Laravel Echo and the library for Node work in all that they do here.
   */
  static void assertNodeLibrariesWork(Api api) throws IOException, InterruptedException {
    assertWorks(
        NODE_STEPS,
        NodePrograms.installed()
            .program(
                "pusher.cjs",
                String.valueOf(api.base.getPort()),
                api.base.getPath(),
                APP_ID,
                KEY,
                SECRET,
                api.tokens.publisher()));
  }

  /**
   * Asserts that the library of a back end works, with pusher-js as its clients. The server must be
   * at the root of its host.
   *
   * @param program starts the back end
   */
  static void assertBackEndWorks(Api api, List<String> program)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of("back-end.cjs", String.valueOf(api.base.getPort()), APP_ID, KEY, SECRET));
    arguments.addAll(program);
    assertWorks(BACK_END_STEPS, NodePrograms.installed().program(arguments.toArray(String[]::new)));
  }

  /**
   * Asserts that the libraries for Java work, as clients and as a back end.
   *
   * @param program starts them
   */
  static void assertJavaLibrariesWork(Api api, List<String> program)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(String.valueOf(api.base.getPort()), APP_ID, KEY, SECRET));
    assertWorks(JAVA_STEPS, new ProcessBuilder(command).redirectErrorStream(true));
  }

  private static void assertWorks(int steps, ProcessBuilder program)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("pusher", ".log");
    try {
      Process process = program.redirectOutput(log.toFile()).start();
      boolean ended = process.waitFor(2, TimeUnit.MINUTES);
      process.destroyForcibly();
      String output = Files.readString(log);
      assertEquals("true 0", ended + " " + (ended ? process.exitValue() : -1), output);
      assertEquals(steps, output.lines().filter(line -> line.startsWith("ok ")).count(), output);
    } finally {
      Files.delete(log);
    }
  }
}
