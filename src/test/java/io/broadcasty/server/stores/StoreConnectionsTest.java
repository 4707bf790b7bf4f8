package io.broadcasty.server.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a store that cannot be opened names the setting that says where it is. */
class StoreConnectionsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path dir;

  /** Each reading is later by more than the time that a store gets. */
  private final AtomicLong nanos = new AtomicLong();

  private final Ticker ticker =
      () -> nanos.addAndGet(StoreConnections.REDIS_TIMEOUT.plusSeconds(1).toNanos());

  private static Settings settings(Map<String, String> texts) {
    ConfigMap values = new ConfigMap();
    values.texts.put("broadcasty.dev", "true");
    values.texts.putAll(texts);
    return SettingsReader.read(values);
  }

  private static void names(String key, Executable opening) {
    InvalidConfigurationException fault =
        assertThrows(InvalidConfigurationException.class, opening);
    assertEquals(1, fault.faults().size());
    assertTrue(fault.faults().get(0).startsWith(key + " (or "), fault.faults().get(0));
  }

  @Test
  void anUnreachableRedisNamesTheKeyOfItsConnection() throws IOException {
    String url = "redis://127.0.0.1:" + closedPort();
    names(
        "broadcasty.redis.url",
        () -> StoreConnections.redis(settings(Map.of("broadcasty.redis.url", url)), ticker));
    Map<String, String> named =
        Map.of(
            "broadcasty.redis.url", "redis://127.0.0.1",
            "broadcasty.redis.conn", "eu",
            "broadcasty.redis.url.eu", url);
    names("broadcasty.redis.url.eu", () -> StoreConnections.redis(settings(named), ticker));
  }

  @Test
  void aDatabaseThatCannotBeOpenedNamesItsKey() throws IOException {
    String file = Files.writeString(dir.resolve("file"), "").toString();
    names(
        "broadcasty.data-dir",
        () -> StoreConnections.database(settings(Map.of("broadcasty.data-dir", file)), ticker));
    names(
        "broadcasty.db.url",
        () ->
            StoreConnections.database(
                settings(Map.of("broadcasty.db.url", "jdbc:h2:file:" + file + "/db")), ticker));
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
