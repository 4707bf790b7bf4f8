package io.broadcasty.relay.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.streams.broker.Publication;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of every {@link Provider}, tested against a fake provider that behaves and
 * misbehaves.
 */
public abstract class ProviderContract {

  private static final Duration TIMEOUT = Duration.ofMillis(400);

  /** The timeout where none is expected. */
  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(20);

  private static final ProviderHttpClient PATIENT_CLIENT =
      new ProviderHttpClient(LONG_TIMEOUT, WallClock.system());

  protected final FakeProviderServer server = FakeProviderServer.start();

  /**
   * Returns the provider.
   *
   * @param valid whether its credentials are
   */
  protected abstract Provider open(URI base, ProviderHttpClient calls, boolean valid);

  protected final Provider provider() {
    return open(server.base(), PATIENT_CLIENT, true);
  }

  private Provider withShortTimeout() {
    return open(server.base(), new ProviderHttpClient(TIMEOUT, WallClock.system()), true);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ProviderFailure failureOf(Provider provider) {
    long start = System.nanoTime();
    ProviderFailure failure =
        assertThrows(ProviderException.class, () -> provider.send(Publications.of("orders", 1, 3)))
            .failure();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis < LONG_TIMEOUT.toMillis() / 2, "not waited for: " + millis);
    assertThrows(ProviderException.class, provider::probe, "a probe fails as well");
    return failure;
  }

  @Test
  void sendsAsManyAsOneRequestTakesInOrder() throws Exception {
    List<Publication> run = Publications.of("orders", 7, 41);
    int sent = 0;
    while (sent < run.size()) {
      RelayOutcome outcome = provider().send(run.subList(sent, run.size()));
      sent += assertInstanceOf(RelayOutcome.Accepted.class, outcome).count();
    }
    assertEquals(LongStream.rangeClosed(7, 41).boxed().toList(), Publications.sequences(server));
    assertTrue(server.requests().size() < run.size(), "in batches");
    provider().probe();
  }

  @Test
  void rejectsOnlyPublicationsThatAreTooLarge() throws Exception {
    List<Publication> run =
        List.of(
            Publications.publication("orders", 1, "1"),
            Publications.publication("orders", 2, "\"" + "x".repeat(70_000) + "\""),
            Publications.publication("orders", 3, "3"));
    Provider provider = provider();
    int sent = 0;
    int rejected = 0;
    while (sent < run.size()) {
      RelayOutcome outcome = provider.send(run.subList(sent, run.size()));
      if (outcome instanceof RelayOutcome.Accepted accepted) {
        sent += accepted.count();
      } else {
        assertEquals(1, sent, "the second");
        assertTrue(((RelayOutcome.Rejected) outcome).reason().contains("too large"));
        sent++;
        rejected++;
      }
    }
    assertEquals(1, rejected);
    assertEquals(List.of(1L, 3L), Publications.sequences(server));
  }

  @Test
  void rejectsAChannelNameThatIsTooLong() throws Exception {
    RelayOutcome outcome = provider().send(Publications.of("x:".repeat(100), 1, 2));
    assertTrue(assertInstanceOf(RelayOutcome.Rejected.class, outcome).reason().contains("name"));
    assertEquals(List.of(), server.requests());
  }

  @Test
  void reportsRefusedCredentials() {
    ProviderFailure failure = failureOf(open(server.base(), PATIENT_CLIENT, false));
    assertTrue(failure.misconfigured());
    assertTrue(failure.reason().contains("credentials"), failure.reason());
    assertEquals(List.of(), server.delivered());
  }

  @Test
  void reportsAForbiddenOrUnknownApplicationAsMisconfigured() {
    server.answer(403);
    assertTrue(failureOf(provider()).misconfigured());
    server.answer(404);
    assertTrue(failureOf(provider()).misconfigured());
    server.answer(302);
    assertTrue(failureOf(provider()).misconfigured());
  }

  @Test
  void reportsAFailingServer() {
    server.answer(500);
    ProviderFailure failure = failureOf(provider());
    assertFalse(failure.misconfigured());
    assertEquals("answers 500", failure.reason());
    server.answer(503);
    failureOf(provider());
  }

  @Test
  void reportsTheRetryAfterOfTooManyRequests() {
    server.tooManyRequests(17);
    assertEquals(Duration.ofSeconds(17), failureOf(provider()).retryAfter());
    server.tooManyRequests(null);
    assertEquals(null, failureOf(provider()).retryAfter());
  }

  @Test
  void timesOutASlowServer() {
    server.slow(Duration.ofSeconds(5));
    assertEquals("does not answer within 400 ms", failureOf(withShortTimeout()).reason());
  }

  @Test
  void timesOutAnIncompleteResponse() {
    server.halfOpen();
    assertEquals("does not answer within 400 ms", failureOf(withShortTimeout()).reason());
  }

  @Test
  void reportsARefusedConnection() {
    server.stop();
    assertEquals("cannot be reached", failureOf(provider()).reason());
  }

  @Test
  void rejectsAnUntrustedCertificate(@TempDir Path dir) throws Exception {
    try (FakeProviderServer impostor = FakeProviderServer.start(selfSigned(dir))) {
      ProviderFailure failure = failureOf(open(impostor.base(), PATIENT_CLIENT, true));
      assertTrue(failure.misconfigured());
      assertTrue(failure.reason().contains("TLS"), failure.reason());
      assertEquals(List.of(), impostor.requests());
    }
  }

  @Test
  void noFailureContainsAnAddressOrASecret() {
    server.answer(401);
    String reason = failureOf(provider()).reason();
    for (String secret :
        List.of(FakeProviderServer.SECRET, "s3cret", "127.0.0.1", "" + server.port())) {
      assertFalse(reason.contains(secret), reason);
    }
  }

  private static SSLContext selfSigned(Path dir) throws Exception {
    Path file = dir.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit",
                "-storetype",
                "PKCS12")
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("keytool.log").toFile())
            .start();
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("no keys: " + Files.readString(dir.resolve("keytool.log")));
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, "changeit".toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    return tls;
  }
}
