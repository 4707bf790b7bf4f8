package io.broadcasty.server.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class DevKeyTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @Test
  void onlyTheOwnerMayReadTheKeyAndItsDirectory() throws IOException {
    Path file = dir.resolve("new").resolve("data").resolve("dev-key.jwk");
    RSAKey key = DevKey.loadOrCreate(file);
    assertEquals("rw-------", mode(file));
    assertEquals("rwx------", mode(file.resolveSibling("")));
    assertEquals("rwx------", mode(dir.resolve("new")));
    assertEquals(key, DevKey.loadOrCreate(file));
    try (var files = Files.list(file.resolveSibling(""))) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aKeyOfAnEarlierReleaseGetsTheModeToo() throws IOException {
    Path file = dir.resolve("dev-key.jwk");
    RSAKey key = DevKey.loadOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(key, DevKey.loadOrCreate(file));
    assertEquals("rw-------", mode(file));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
