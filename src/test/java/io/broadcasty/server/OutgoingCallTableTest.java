package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that docs/operations.md has the table of outgoing calls, and that the table names every
 * class that opens a connection.
 */
class OutgoingCallTableTest {

  private static final Path OPERATIONS = Path.of("docs/operations.md");
  private static final Path SOURCES = Path.of("src/main/java");
  private static final String HEAD =
      "| call | limits | made again | afterwards |\n|---|---|---|---|\n";

  /** What a library or the JDK needs to be called for before anything leaves this process. */
  private static final Pattern OPENS =
      Pattern.compile(
          "HttpClient\\s*\\.newBuilder|HttpClient\\.newHttpClient|\\burl\\.openConnection\\(|new"
              + " HikariDataSource\\(|DriverManager|driver\\.connect\\(|RedisClient\\.builder|new"
              + " Jedis(Pooled|Cluster|Sentineled)?\\(|extends Connection \\{|new"
              + " ApnsClientBuilder|extends DefaultResourceRetriever|getAllByName|new"
              + " Socket\\(|SocketChannel\\.open\\(|InitialContext(::|\\.)doLookup|"
              + "factory\\.createConnection\\(");

  @Test
  void referenceMatchesTheTable() throws IOException {
    String expected =
        HEAD + OutgoingCallTable.ALL.stream().map(OutgoingCall::row).collect(Collectors.joining());
    assertTrue(
        Files.readString(OPERATIONS).contains("\n" + expected + "\n"),
        () -> OPERATIONS + " should contain:\n" + expected);
  }

  @Test
  void theTableNamesEveryClassThatOpensConnections() throws IOException {
    Set<String> named = new TreeSet<>();
    OutgoingCallTable.ALL.forEach(call -> named.addAll(call.sources()));
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> OPENS.matcher(read(file)).find())
          .forEach(file -> found.add(file.getFileName().toString().replace(".java", "")));
    }
    assertEquals(found, named);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
