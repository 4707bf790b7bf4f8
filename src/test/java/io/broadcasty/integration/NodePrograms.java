package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The programs of {@code src/test/node}, with their npm dependencies. */
final class NodePrograms {

  private static final Path SOURCES = Path.of("src", "test", "node");
  private static final long INSTALL_SECONDS = 300;

  private final Path folder;

  private NodePrograms(Path folder) {
    this.folder = folder;
  }

  /** Installs missing dependencies according to the lock file. */
  static synchronized NodePrograms installed() throws IOException, InterruptedException {
    Path folder = Path.of(System.getProperty("it.home"), "node");
    ServerKind.copyFiles(SOURCES, folder);
    String lock = Files.readString(folder.resolve("package-lock.json"));
    Path done = folder.resolve("installed");
    if (!Files.exists(done) || !Files.readString(done).equals(lock)) {
      Path log = folder.resolve("npm.log");
      Process npm =
          new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertTrue(npm.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS), "npm ci takes too long");
      assertEquals(0, npm.exitValue(), Files.readString(log));
      Files.writeString(done, lock);
    }
    return new NodePrograms(folder);
  }

  /** Returns where the programs are, with their dependencies in {@code node_modules}. */
  Path folder() {
    return folder.toAbsolutePath();
  }

  /** Returns a program to be started there; the first argument is its file. */
  ProcessBuilder program(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("node");
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
  }
}
