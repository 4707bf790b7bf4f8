package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Programs in other languages that use Pusher's libraries of these, with their dependencies. A test
 * is skipped where a language is missing.
 */
final class BackEndPrograms {

  private static final long INSTALL_SECONDS = 300;

  private BackEndPrograms() {}

  /** Returns how to start the program in Python, whose libraries are in a folder beside it. */
  static List<String> python() throws IOException, InterruptedException {
    requireLanguage("python3", "-m", "pip", "--version");
    Path folder = copy("python");
    String wanted = Files.readString(folder.resolve("requirements.txt"));
    if (!isInstalled(folder, wanted)) {
      run(
          folder,
          "python3",
          "-m",
          "pip",
          "install",
          "--quiet",
          "--no-compile",
          "--upgrade",
          "--target",
          "libraries",
          "-r",
          "requirements.txt");
      setInstalled(folder, wanted);
    }
    return List.of("python3", folder.resolve("back_end.py").toString());
  }

  /** Returns how to start the program in Go, which is built here. */
  static List<String> go() throws IOException, InterruptedException {
    requireLanguage("go", "version");
    Path folder = copy("go");
    String wanted =
        Files.readString(folder.resolve("go.sum"))
            + Files.readString(folder.resolve("back_end.go"));
    if (!isInstalled(folder, wanted)) {
      run(folder, "go", "build", "-o", "back_end", ".");
      setInstalled(folder, wanted);
    }
    return List.of(folder.resolve("back_end").toString());
  }

  /** Returns how to start the program in Java, with jars that the build has fetched. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        Path.of(System.getProperty("it.pusher-jars")) + "/*",
        Path.of("src", "test", "pusher-java", "PusherJava.java").toAbsolutePath().toString());
  }

  private static void requireLanguage(String... version) throws InterruptedException {
    boolean installed;
    try {
      installed =
          new ProcessBuilder(version)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      installed = false;
    }
    assumeTrue(installed, version[0] + " is not installed");
  }

  private static synchronized Path copy(String language) throws IOException {
    Path folder = Path.of(System.getProperty("it.home"), language).toAbsolutePath();
    ServerKind.copyFiles(Path.of("src", "test", language), folder);
    return folder;
  }

  private static boolean isInstalled(Path folder, String wanted) throws IOException {
    Path done = folder.resolve("installed");
    return Files.exists(done) && Files.readString(done).equals(wanted);
  }

  private static void setInstalled(Path folder, String wanted) throws IOException {
    Files.writeString(folder.resolve("installed"), wanted);
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    Path log = folder.resolve("install.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, () -> String.join(" ", command) + " takes too long");
    assertEquals(0, process.exitValue(), Files.readString(log));
  }
}
