package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.time.ManualTime;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests keys fetched from the URL of a JWK set. */
class JwksLocationTest {

  private final ManualTime time = new ManualTime();
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile String body = "";
  private volatile int status = 200;
  private HttpServer issuer;
  private JwtAuthenticator authenticator;

  @BeforeEach
  void start() throws IOException {
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/jwks",
        exchange -> {
          fetches.incrementAndGet();
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/jwk-set+json");
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    issuer.start();
    authenticator = new JwtAuthenticator(TestTokens.at(location()), time);
  }

  @AfterEach
  void stop() {
    issuer.stop(0);
  }

  @Test
  void fetchesTheKeysOnceForManyTokens() {
    serve(TestTokens.RSA);
    assertEquals(0, fetches.get(), "not before they are needed: the issuer may start later");
    for (int i = 0; i < 5; i++) {
      assertAccepted(TestTokens.RSA);
    }
    assertEquals(1, fetches.get());
    assertEquals("from " + location(), authenticator.describeKeys());
  }

  @Test
  void fetchesAgainWhenAKeyIsNotKnownYet() {
    serve(TestTokens.RSA);
    assertAccepted(TestTokens.RSA);
    serve(TestTokens.RSA, TestTokens.OTHER_RSA);
    assertAccepted(TestTokens.OTHER_RSA);
    assertEquals(2, fetches.get());
    assertAccepted(TestTokens.RSA);
    assertEquals(2, fetches.get());
  }

  @Test
  void madeUpKeyIdsDoNotMakeItFetchEveryTime() {
    serve(TestTokens.RSA);
    assertAccepted(TestTokens.RSA);
    for (int i = 0; i < 20; i++) {
      RSAKey madeUp = new RSAKey.Builder(TestTokens.rsaOfNobody()).keyID("made-up-" + i).build();
      Refused refused = assertInstanceOf(Refused.class, authenticator.authenticate(token(madeUp)));
      assertTrue(refused.reason().contains("not known here"), refused.reason());
    }
    assertTrue(fetches.get() <= 1 + RemoteKeys.BURST, "fetched " + fetches.get() + " times");
    assertAccepted(TestTokens.RSA);
  }

  @Test
  void isUnavailableWhenTheIssuerIsDown() {
    issuer.stop(0);
    assertUnavailable();
    assertUnavailable();
    assertUnavailable(); // also beyond the limit of fetches
    assertUnavailable();
  }

  /** Each piece of the reply comes in time, and the reply never ends. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nX-A: ",
        "HTTP/1.1 200 OK\r\n\r\n{\"keys\":[",
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"keys\":[",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{\"keys\":[",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      })
  void anIssuerThatDribblesDoesNotHoldUpItsCallers(String begin) throws Exception {
    try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> dribble(door, begin));
      thread.setDaemon(true);
      thread.start();
      URL url = URI.create("http://127.0.0.1:" + door.getLocalPort() + "/jwks").toURL();
      KeySetFetch fetch =
          new KeySetFetch(Duration.ofSeconds(10), Duration.ofMillis(500), 200_000, true);
      long start = System.nanoTime();
      assertThrows(SocketTimeoutException.class, () -> fetch.retrieveResource(url));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(Duration.ofSeconds(9)) < 0, "it took " + took);
    }
  }

  private static void dribble(ServerSocket door, String begin) {
    while (!door.isClosed()) {
      try (Socket client = door.accept()) {
        OutputStream out = client.getOutputStream();
        out.write(begin.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 12_000; i++) { // for a minute, if it is let
          out.write('0');
          out.flush();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
      } catch (IOException e) {
        // the client has left
      }
    }
  }

  @Test
  void aReplyThatIsTooLongIsRefused() throws Exception {
    serve(TestTokens.RSA);
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    Duration limit = Duration.ofSeconds(10);
    URL url = URI.create(location()).toURL();
    assertEquals(
        body, new KeySetFetch(limit, limit, length, true).retrieveResource(url).getContent());
    KeySetFetch shorter = new KeySetFetch(limit, limit, length - 1, true);
    assertThrows(IOException.class, () -> shorter.retrieveResource(url));
  }

  @Test
  void logsAnIssuerThatIsAwayOnceAndItsReturn() {
    status = 503;
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      for (int i = 0; i < 20; i++) {
        assertUnavailable(); // by turns: not fetched, and not fetched because of the limit
      }
      assertEquals(
          List.of("Fetching the keys of " + location() + " failed; trying again"), log.lines());
      assertEquals(1, log.thrown().size());
      log.clear();
      authenticator = new JwtAuthenticator(TestTokens.at(location()), time);
      assertUnavailable();
      serve(TestTokens.RSA);
      status = 200;
      assertAccepted(TestTokens.RSA);
      assertAccepted(TestTokens.RSA);
      assertEquals(2, log.lines().size(), log::text);
      assertTrue(log.lines().get(1).contains("works again"), log::text);
    }
  }

  @Test
  void isUnavailableWhenTheAnswerContainsNoKeys() {
    status = 500;
    body = "oops";
    assertUnavailable();
    status = 200;
    body = "<html>not keys</html>";
    assertUnavailable();
  }

  // One bad key does not make the others unusable.

  static List<String> badKeys() {
    String n = TestTokens.OTHER_RSA.getModulus().toString();
    String x = TestTokens.EC.getX().toString();
    return List.of(
        "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"" + n + "\"}",
        "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"" + n + "\",\"e\":7}",
        "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"" + n + "\",\"e\":\"AQAB\",\"x5c\":[\"?\"]}",
        "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"" + n + "\",\"e\":\"AQAB\",\"key_ops\":[\"no\"]}",
        "{\"kty\":\"EC\",\"kid\":\"bad\",\"crv\":\"P-999\",\"x\":\""
            + x
            + "\",\"y\":\""
            + x
            + "\"}",
        "{\"kty\":\"EC\",\"kid\":\"bad\",\"crv\":\"P-256\",\"x\":\""
            + x
            + "\",\"y\":\""
            + x
            + "\"}",
        "{\"kid\":\"bad\"}",
        "{\"kty\":null,\"kid\":\"bad\"}",
        "null",
        "[]",
        "\"bad\"");
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void aKeyThatCannotBeUsedIsSkippedAndToldOnce(String bad) {
    try (LogCapture log = new LogCapture(RemoteKeySet.class)) {
      serveBeside(bad);
      assertAccepted(TestTokens.RSA);
      assertInstanceOf(Refused.class, authenticator.authenticate(token(TestTokens.OTHER_RSA)));
      serveBeside(bad + "," + TestTokens.OTHER_RSA.toPublicJWK());
      assertEquals(1, log.lines().size(), log.text());
      assertTrue(log.text().contains("key 1"), log.text());
      assertEquals(bad.contains("kid"), log.text().contains("(kid \"bad\")"), log.text());
      assertTrue(fetches.get() > 1, "fetched again for the key that is not known");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AQAB\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"oct\",\"k\":\"AQAB\"}"
      })
  void otherTypesOfKeysAreSkippedWithoutAWord(String other) {
    try (LogCapture log = new LogCapture(RemoteKeySet.class)) {
      serveBeside(other);
      assertAccepted(TestTokens.RSA);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void theKeysBeforeStayInForceWhenNoneOfTheNewOnesCanBeUsed() {
    serve(TestTokens.RSA);
    assertAccepted(TestTokens.RSA);
    body = "{\"keys\":[" + badKeys().get(0) + "]}";
    try (LogCapture log = new LogCapture(RemoteKeySet.class)) {
      assertThrows( // they may be the keys that nobody can read now
          AuthenticationUnavailableException.class,
          () -> authenticator.authenticate(token(TestTokens.OTHER_RSA)));
      assertFalse(log.lines().isEmpty());
    }
    assertAccepted(TestTokens.RSA);
  }

  @Test
  void saysWhatIsNotAvailable() {
    body = "<html>not keys</html>";
    AuthenticationUnavailableException unavailable = assertUnavailable();
    assertEquals("the keys of the issuer cannot be fetched or read", unavailable.getMessage());
  }

  @Test
  void knownKeysSurviveAnOutageOfTheIssuer() {
    serve(TestTokens.RSA);
    assertAccepted(TestTokens.RSA);
    issuer.stop(0);
    assertAccepted(TestTokens.RSA);
  }

  @Test
  void followsNoRedirectFromPlainHttp() {
    serve(TestTokens.RSA);
    issuer.createContext(
        "/elsewhere",
        exchange -> {
          exchange.getResponseHeaders().set("Location", location());
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    authenticator =
        new JwtAuthenticator(TestTokens.at(location().replace("/jwks", "/elsewhere")), time);
    assertUnavailable();
    assertEquals(0, fetches.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://sso.example.com/jwks",
        "HTTP://sso.example.com/jwks",
        "http://10.0.0.1/jwks",
        "http://sso_internal/jwks",
        "http://127.0.0.1@sso.example.com/jwks",
        "http://127.0.0.1.example.com/jwks",
        "http://localhost.example.com/jwks",
        "http://[2001:db8::1]/jwks",
        "http://2130706433/jwks"
      })
  void plainHttpToAnotherMachineIsUnprotected(String location) {
    assertTrue(KeyLocation.isUnprotected(location));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://sso.example.com/jwks",
        "http://localhost/jwks",
        "http://LOCALHOST:8081/jwks",
        "http://127.0.0.1:8081/jwks",
        "http://127.1.2.3/jwks",
        "http://[::1]:8081/jwks",
        "/etc/keys/jwks.json",
        "file:/etc/keys/jwks.json"
      })
  void httpsAndThisMachineAreProtected(String location) {
    assertFalse(KeyLocation.isUnprotected(location));
  }

  @Test
  void refusesAnInvalidLocation() {
    for (String location :
        List.of("http:", "http://", "https://%zz/jwks", "https://a_b/jwks", "")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new JwtAuthenticator(TestTokens.at(location), time),
          location);
    }
  }

  private void assertAccepted(RSAKey key) {
    assertInstanceOf(Authenticated.class, authenticator.authenticate(token(key)));
  }

  private AuthenticationUnavailableException assertUnavailable() {
    return assertThrows(
        AuthenticationUnavailableException.class,
        () -> authenticator.authenticate(token(TestTokens.RSA)));
  }

  private String token(RSAKey key) {
    return TestTokens.sign(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
        key,
        TestTokens.claims(time.now()));
  }

  private void serve(RSAKey... keys) {
    body = new JWKSet(List.of(keys)).toString();
  }

  private void serveBeside(String otherKeys) {
    body = "{\"keys\":[" + otherKeys + "," + TestTokens.RSA.toPublicJWK() + "]}";
  }

  private String location() {
    return "http://127.0.0.1:" + issuer.getAddress().getPort() + "/jwks";
  }
}
