package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that the client in the WAR was built from {@code sdk/}: its first line has the digest of
 * the sources.
 */
class ClientBundleTest {

  private static final Path SOURCES = Path.of("sdk/src");
  private static final Path BUNDLE = Path.of("src/main/webapp/broadcasty-client.js");

  @Test
  void theBundleIsMadeOfTheSources() throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<String> names =
          files
              .map(file -> SOURCES.relativize(file).toString().replace('\\', '/'))
              .filter(name -> name.endsWith(".ts"))
              .sorted()
              .toList();
      for (String name : names) {
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(SOURCES.resolve(name)));
      }
    }
    String first = Files.readString(BUNDLE).lines().findFirst().orElse("");
    assertEquals(
        HexFormat.of().formatHex(digest.digest()),
        first.substring(first.lastIndexOf(' ') + 1),
        "the sources changed: run `npm ci && npm run build` in sdk/");
  }
}
