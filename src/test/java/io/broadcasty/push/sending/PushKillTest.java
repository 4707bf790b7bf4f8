package io.broadcasty.push.sending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.Database;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.ProviderResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a sending process; waits for a lease, so it is not one of the quick tests. */
@Tag("stores")
class PushKillTest {

  private static final int COUNT = 10_000;
  private static final int BEFORE = 3_000;

  @Test
  @Timeout(120)
  void queuedPushesSurviveKillAndOnlyThoseInFlightRepeat(@TempDir Path dir) throws Exception {
    String file = dir.resolve("push").toString();
    Set<UUID> before = sentUntilKilled(file);
    ConcurrentHashMap<UUID, AtomicInteger> after = new ConcurrentHashMap<>();
    try (Database database = PushKillProcess.database(file)) {
      PushWorker successor =
          PushKillProcess.work(
              database,
              "successor",
              new FakeProvider(
                  SamplePushServices.FCM,
                  dispatch -> {
                    after
                        .computeIfAbsent(dispatch.id(), id -> new AtomicInteger())
                        .incrementAndGet();
                    return CompletableFuture.completedFuture(new ProviderResponse.Accepted(null));
                  }));
      Set<UUID> all = new HashSet<>(before);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90); // including a lease
      while (all.size() < COUNT) {
        assertTrue(System.nanoTime() < deadline, () -> all.size() + " of " + COUNT + " were sent");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        all.addAll(after.keySet());
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1)); // for notifications that must not arrive
      successor.close();
    }
    assertTrue(after.values().stream().allMatch(times -> times.get() == 1));
    Set<UUID> twice = new HashSet<>(before);
    twice.retainAll(after.keySet());
    assertTrue(twice.size() <= PushKillProcess.IN_FLIGHT, () -> twice.size() + " were sent twice");
    after.keySet().removeAll(before);
    assertEquals(COUNT, before.size() + after.size());
  }

  private static Set<UUID> sentUntilKilled(String file) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                PushKillProcess.class.getName(),
                file,
                String.valueOf(COUNT))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Set<UUID> sent = new HashSet<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      while (sent.size() < BEFORE) {
        sent.add(UUID.fromString(lines.readLine()));
      }
      child
          .toHandle()
          .destroyForcibly(); // unlike the process itself, it leaves its output readable
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.length() == 36) { // the last one may be cut off
          sent.add(UUID.fromString(line));
        }
      }
      assertTrue(child.waitFor(20, TimeUnit.SECONDS));
    }
    return sent;
  }
}
