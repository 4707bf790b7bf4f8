package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the commands that development mode prints, and those of the documents, work in a
 * shell.
 */
@Tag("any-server")
class CurlIT {

  private static final Pattern GUIDE = Pattern.compile("(?s)# who publishes.*?(?=\n──)");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void thePrintedLinesWorkAndACutStreamResumes() throws IOException, InterruptedException {
    Ports ports = Ports.free();
    Map<String, String> environment =
        Map.of("BROADCASTY_PUBLIC_URL", "http://localhost:" + ports.http());
    try (ServerProcess server = ServerProcess.start(home, ports, environment)) {
      Api api = server.awaitReady();
      // printed once the server has answered itself
      Api.await("the guide", () -> GUIDE.matcher(server.log()).find());
      var guide = GUIDE.matcher(server.log());
      assertTrue(guide.find());
      List<String> parts = List.of(guide.group().split("\n# \\d\\. ", -1));
      assertEquals(4, parts.size(), guide.group());
      String tokens = parts.get(0);
      String listen = command(parts.get(1));
      String publish = command(parts.get(2));
      String replay = command(parts.get(3));

      Path received = home.resolve("heard");
      Process listener = shell(tokens, listen + " > " + received);
      Api.await("the stream", () -> read(received).contains("event: subscribed"));
      assertTrue(output(tokens, publish).contains("\"sequence\":1"));
      Api.await("the event", () -> read(received).contains("\"state\":\"PAID\""));
      listener.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      assertTrue(output(tokens, replay).contains("\"recovered\":true"));

      api.publishNumbers("orders.eu", 2, 4);
      String lastId = read(received).replaceAll("(?s).*\nid: (\\S+)\n.*", "$1");
      Path resumed = home.resolve("resumed");
      Process again =
          shell(
              tokens,
              listen.replace("-N ", "-N -H 'Last-Event-ID: " + lastId + "' ") + " > " + resumed);
      Api.await("what was missed", () -> read(resumed).contains("\"payload\":4"));
      again.destroyForcibly();
      List<String> ids =
          Pattern.compile("(?m)^id: \\S+:(\\d+)$")
              .matcher(read(resumed))
              .results()
              .map(id -> id.group(1))
              .toList();
      assertEquals(List.of("1", "2", "3", "4"), ids);

      String token = tokens + "\nTOKEN=$PUBLISHER";
      String published = output(token, snippet("README.md", "/broadcasty/publish", ports));
      assertTrue(published.contains("\"duplicate\":false"), published);
      String replayed = output(token, snippet("docs/reference/http.md", "/replay?", ports));
      assertTrue(replayed.contains("\"id\":\"order-17-paid\""), replayed);
    }
  }

  /** Returns the first block of shell commands in a document that contains the text. */
  private static String snippet(String document, String text, Ports ports) {
    return Pattern.compile("(?s)```bash\n(.*?)```")
        .matcher(read(Path.of(document)))
        .results()
        .map(block -> block.group(1))
        .filter(block -> block.contains(text))
        .findFirst()
        .orElseThrow()
        .replace("localhost:8080", "localhost:" + ports.http());
  }

  /** Returns the lines after the comment. */
  private static String command(String part) {
    return part.substring(part.indexOf('\n') + 1).strip();
  }

  private Process shell(String tokens, String command) throws IOException {
    String script = tokens + "\nexec " + command;
    return new ProcessBuilder("bash", "-c", script)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("shell.log").toFile())
        .start();
  }

  private String output(String tokens, String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("bash", "-c", tokens + "\n" + command).start();
    assertTrue(process.waitFor(Duration.ofSeconds(20).toSeconds(), TimeUnit.SECONDS));
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
