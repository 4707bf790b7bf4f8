package io.broadcasty.streams.broker.jdbc;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.Database;
import io.broadcasty.streams.broker.Publication;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KillTest {

  private static final int ACKNOWLEDGED = 400;

  @Test
  @Timeout(60)
  void acknowledgedPublicationsSurviveSigkill(@TempDir Path dir) throws Exception {
    String file = dir.resolve("broadcasty").toString();
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                KilledPublisher.class.getName(),
                file)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Map<Long, String> acknowledged = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      while (acknowledged.size() < ACKNOWLEDGED) {
        record(lines.readLine(), acknowledged);
      }
      child.toHandle().destroyForcibly(); // unlike Process, this leaves the output readable
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("\\d+ t\\d-\\d+")) { // the last line may be cut off
          record(line, acknowledged);
        }
      }
      assertTrue(child.waitFor(20, TimeUnit.SECONDS));
    }

    try (Database database = KilledPublisher.database(file);
        JdbcBroker broker = KilledPublisher.open(database)) {
      List<Publication> kept = kept(broker, channel("orders"), 0);
      Map<Long, String> ids = new HashMap<>();
      for (int i = 0; i < kept.size(); i++) {
        assertEquals(i + 1, kept.get(i).position().sequence());
        ids.put(kept.get(i).position().sequence(), kept.get(i).envelope().id());
      }
      acknowledged.forEach(
          (sequence, id) -> {
            if (!id.equals(ids.get(sequence))) {
              // a line cut off within its id is still a prefix of it
              assertTrue(String.valueOf(ids.get(sequence)).startsWith(id), "lost: " + sequence);
            }
          });
      assertTrue(
          appended(broker, named(channel("orders"), 0, kept.get(0).envelope().id())).duplicate());
      assertEquals(
          kept.size() + 1,
          appended(broker, named(channel("orders"), 0, "next")).position().sequence());
    }
  }

  private static void record(String line, Map<Long, String> acknowledged) {
    String[] parts = line.split(" ", -1);
    acknowledged.put(Long.parseLong(parts[0]), parts[1]);
  }
}
