import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.jwt.CachingAuthenticator;
import io.broadcasty.core.auth.jwt.ClaimMapping;
import io.broadcasty.core.auth.jwt.DpopProofs;
import io.broadcasty.core.auth.jwt.IntrospectionSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.Issuers;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.LogoutSettings;
import io.broadcasty.core.auth.jwt.TenantScope;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Measures tokens per second: verified, remembered, introspected, and with proofs of possession.
 * {@code bench/tokens} runs it.
 */
class TokensBench {

  private static final String URL = "https://rt.example.com/broadcasty/publish";
  private static final String ISSUER = "https://sso.example.com";

  private static int threads;
  private static int rounds;
  private static long roundNanos;

  public static void main(String[] arguments) throws Exception {
    threads = Integer.parseInt(arguments[0]);
    rounds = Integer.parseInt(arguments[1]);
    roundNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[2]));
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    List<String> ofRsa = tokens(rsa, 500, null);
    List<String> ofEc = tokens(ec, 500, null);
    Authenticator cold = issuers(new JWKSet(List.of(rsa, ec)), null);
    row("verified, RS256", i -> require(cold.authenticate(ofRsa.get(i % ofRsa.size()))));
    row("verified, ES256", i -> require(cold.authenticate(ofEc.get(i % ofEc.size()))));
    Authenticator remembering =
        new CachingAuthenticator(cold, Duration.ofHours(1), Ticker.system(), WallClock.system());
    row("remembered", i -> require(remembering.authenticate(ofRsa.get(i % ofRsa.size()))));
    introspected();
    proven(ec, remembering);
    System.exit(0);
  }

  private static List<String> tokens(JWK key, int count, Map<String, Object> confirmation)
      throws Exception {
    JWSSigner signer =
        key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
    JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Date now = new Date();
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(algorithm)
                  .keyID(key.getKeyID())
                  .type(JOSEObjectType.JWT)
                  .build(),
              new JWTClaimsSet.Builder()
                  .issuer(ISSUER)
                  .subject("user-" + i)
                  .claim("tid", "acme")
                  .claim("roles", List.of("member", "publisher"))
                  .claim("cnf", confirmation)
                  .issueTime(now)
                  .expirationTime(new Date(now.getTime() + Duration.ofHours(2).toMillis()))
                  .build());
      token.sign(signer);
      tokens.add(token.serialize());
    }
    return tokens;
  }

  private static Issuers issuers(JWKSet keys, IntrospectionSettings asking) {
    JwtSettings tokens =
        new JwtSettings(
            keys == null ? null : keys.toPublicJWKSet().toString(),
            null,
            null,
            Set.of("RS256", "ES256"),
            ISSUER,
            List.of(),
            Set.of(),
            JwtSettings.MAX_LENGTH,
            null,
            Duration.ofSeconds(30),
            Duration.ZERO,
            null,
            ClaimMapping.USUAL);
    return new Issuers(
        null,
        List.of(
            new IssuerSettings("main", tokens, TenantScope.ALL, LogoutSettings.OFF, asking, false)),
        WallClock.system(),
        Ticker.system());
  }

  /** Asks a service in the same process, whose processor time is included. */
  private static void introspected() throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    byte[] answer =
        "{\"active\":true,\"sub\":\"ann\",\"tid\":\"acme\",\"roles\":[\"member\"],\"exp\":253000000000}"
            .getBytes(StandardCharsets.UTF_8);
    service.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    service.setExecutor(Executors.newFixedThreadPool(threads));
    service.start();
    URI address = URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/");
    AtomicInteger number = new AtomicInteger();
    Authenticator every = issuers(null, asking(address, Duration.ZERO));
    row("introspected", i -> require(every.authenticate("token-" + number.incrementAndGet())));
    Authenticator kept = issuers(null, asking(address, Duration.ofSeconds(30)));
    row("introspected, remembered", i -> require(kept.authenticate("token-" + i % 500)));
    service.stop(0);
  }

  private static IntrospectionSettings asking(URI address, Duration cache) {
    return new IntrospectionSettings(
        address, "bench", "secret", false, Duration.ofSeconds(10), cache, "");
  }

  /** Proofs are made before, and measured again and again: only the first use of one is stored. */
  private static void proven(ECKey issuer, Authenticator remembering) throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    String token = tokens(issuer, 1, Map.of("jkt", key.computeThumbprint().toString())).get(0);
    Caller caller = require(remembering.authenticate(token));
    List<String> made = proofs(key, token, 2_000);
    LocalNonceStore nonces =
        new LocalNonceStore(
            Duration.ofMinutes(20), MemoryBudget.unlimited(MemoryArea.IDS), Ticker.system());
    DpopProofs proofs = new DpopProofs(nonces, WallClock.system());
    DpopProofs again =
        new DpopProofs(
            (tenant, subject, id) -> nonces.tryUse(tenant, subject, id) || true,
            WallClock.system());
    for (int i = 0; i < 2; i++) {
      String fault = proofs.fault(made.get(0), "POST", List.of(URL), caller);
      if ((fault == null) != (i == 0)) {
        throw new IllegalStateException("a proof counts once: " + fault);
      }
    }
    row(
        "with DPoP, ES256",
        i -> {
          Caller known = require(remembering.authenticate(token));
          String fault = again.fault(made.get(i % made.size()), "POST", List.of(URL), known);
          if (fault != null) {
            throw new IllegalStateException(fault);
          }
        });
  }

  private static List<String> proofs(ECKey key, String token, int count) throws Exception {
    String hash =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8)));
    List<String> proofs = new ArrayList<>();
    JWSSigner signer = new ECDSASigner(key);
    for (int i = 0; i < count; i++) {
      SignedJWT proof =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .type(new JOSEObjectType("dpop+jwt"))
                  .jwk(key.toPublicJWK())
                  .build(),
              new JWTClaimsSet.Builder()
                  .jwtID("proof-" + i)
                  .claim("htm", "POST")
                  .claim("htu", URL)
                  .claim("ath", hash)
                  .issueTime(new Date())
                  .build());
      proof.sign(signer);
      proofs.add(proof.serialize());
    }
    return proofs;
  }

  private static Caller require(Authenticator.Verdict verdict) {
    if (verdict instanceof Authenticated authenticated) {
      return authenticated.caller();
    }
    throw new IllegalStateException(verdict.toString());
  }

  /** Prints the median of the rounds; the first one warms up. */
  private static void row(String name, IntConsumer work) throws Exception {
    List<Double> rates = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double rate = round(work);
      if (round > 0) {
        rates.add(rate);
      }
    }
    rates.sort(null);
    double median = rates.get(rates.size() / 2);
    System.out.printf(Locale.ROOT, "| %s | %,.0f | %.1f |%n", name, median, threads * 1e6 / median);
  }

  private static double round(IntConsumer work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<Integer>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * 100;
      running.add(
          pool.submit(
              () -> {
                begin.await();
                long end = System.nanoTime() + roundNanos;
                int done = 0;
                while (System.nanoTime() - end < 0) {
                  work.accept(first + done++);
                }
                return done;
              }));
    }
    long started = System.nanoTime();
    begin.countDown();
    long all = 0;
    for (Future<Integer> each : running) {
      all += each.get();
    }
    pool.shutdown();
    return all * 1e9 / (System.nanoTime() - started);
  }
}
