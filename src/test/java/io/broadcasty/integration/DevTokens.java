package io.broadcasty.integration;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Issues any token with the development key of a server under test. */
final class DevTokens {

  private static final String KEY_FILE = "dev-key.jwk";

  private final Path keyFile;

  DevTokens(Path dataDir) {
    this.keyFile = dataDir.resolve(KEY_FILE);
  }

  /** The key of all servers of this JVM. */
  private static final class SharedKey {
    private static final String JSON;

    static {
      try {
        JSON = new RSAKeyGenerator(2048).generate().toJSONString();
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Saves a key where a server without one would generate it, which takes it a second or two. */
  static void provideKey(Path dataDir) throws IOException {
    Path file = dataDir.resolve(KEY_FILE);
    if (!Files.exists(file)) {
      Files.createDirectories(dataDir);
      Files.writeString(file, SharedKey.JSON);
    }
  }

  static DevTokens ofTestServer() {
    return new DevTokens(Path.of(System.getProperty("it.home"), "data"));
  }

  RSAKey key() {
    try {
      return RSAKey.parse(Files.readString(keyFile));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  String publisher() {
    return token("demo", "alice", Duration.ofMinutes(10), List.of("member", "publisher"));
  }

  String member() {
    return token("demo", "bob", Duration.ofMinutes(10), List.of("member"));
  }

  String admin() {
    return token("demo", "dora", Duration.ofMinutes(10), List.of("admin"));
  }

  String operator() {
    return token("operations", "olga", Duration.ofMinutes(10), List.of("operator"));
  }

  String guest() {
    return token("demo", "carol", Duration.ofMinutes(10), List.of());
  }

  String token(String tenant, String subject, Duration life, List<String> roles) {
    return sign(key(), claims(tenant, subject, life, roles).build());
  }

  static JWTClaimsSet.Builder claims(
      String tenant, String subject, Duration life, List<String> roles) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .subject(subject)
        .claim("tid", tenant)
        .claim("roles", roles)
        .issueTime(Date.from(now.minusSeconds(60)))
        .expirationTime(Date.from(now.plus(life)));
  }

  static String sign(RSAKey key, JWTClaimsSet claims) {
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }
}
