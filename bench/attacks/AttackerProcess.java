import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs an attacker in a process of its own. Its priority is lower than the server's, from which it
 * would take no processor time on a machine of its own, but high enough to keep a busy server busy.
 */
final class AttackerProcess {

  private static final String PRIORITY = "10";
  private static final int GRACE_SECONDS = 15;

  private volatile Process process;
  private volatile String counts = "";

  /** Attacks for so many seconds and returns the attacker's last counts. */
  String run(String name, String port, String key, int seconds, String addresses)
      throws IOException, InterruptedException {
    counts = "";
    process =
        new ProcessBuilder(
                "nice",
                "-n",
                PRIORITY,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "Attacker",
                name,
                port,
                key,
                String.valueOf(seconds),
                addresses)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    Thread reader = new Thread(this::read, "counts");
    reader.setDaemon(true);
    reader.start();
    if (!process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)) {
      System.err.println("  " + name + " did not end in time and is killed");
    }
    stop();
    reader.join(1000);
    return counts;
  }

  void stop() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("([\\w-]+=\\d+ ?)*")) {
          counts = line;
        } else {
          System.err.println("  " + line);
        }
      }
    } catch (IOException e) {
      System.err.println("  cannot read the attacker's counts: " + e);
    }
  }
}
