package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * An identity provider that listens on this machine: its discovery document, its keys, which
 * rotate, and tokens whose claims look like those of Keycloak or Entra ID as these are installed,
 * without mappers of their own.
 */
public final class TestIssuer implements AutoCloseable {

  private static final List<RSAKey> KEYS =
      List.of(TestTokens.rsa("first"), TestTokens.rsa("second"), TestTokens.rsa("third"));

  /** How often the keys were fetched. */
  public final AtomicInteger fetches = new AtomicInteger();

  /** The tokens that it was asked about. */
  public final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final String path;
  private volatile int key;
  private volatile int status = 200;
  private volatile String introspection = "{}";
  private volatile String namedIssuer;
  private volatile String namedKeys;

  /** Starts an issuer below a path, such as {@code /realms/main}. */
  public TestIssuer(String path) {
    this.path = path;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    namedIssuer = issuer();
    namedKeys = issuer() + "/keys";
    serve(
        "/keys",
        () -> {
          fetches.incrementAndGet();
          return new JWKSet(KEYS.get(key).toPublicJWK()).toString();
        });
    serve(
        Discovery.SUFFIX,
        () -> JSONObjectUtils.toJSONString(Map.of("issuer", namedIssuer, "jwks_uri", namedKeys)));
    server.createContext(
        path + "/introspect",
        exchange -> {
          String form =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          asked.add(form.replaceAll("^token=|&.*", ""));
          byte[] bytes = introspection.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  /** Answers questions about tokens so from now on. */
  public void introspect(Map<String, Object> answer) {
    introspection = JSONObjectUtils.toJSONString(answer);
  }

  /** Returns an answer about a valid token that lasts. */
  public static Map<String, Object> introspected(String user, String tenant) {
    return Map.of("active", true, "sub", user, "tid", tenant, "exp", 253_000_000_000L);
  }

  private void serve(String below, Supplier<String> body) {
    server.createContext(
        path + below,
        exchange -> {
          byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  /** Returns the claim {@code iss} of its tokens, which is also its address. */
  public String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Signs with the next key, and shows only that from now on. */
  void rotate() {
    key = (key + 1) % KEYS.size();
  }

  /** Answers with a status from now on. */
  void answer(int code) {
    status = code;
  }

  /** Names another issuer in its document. */
  public void nameIssuer(String other) {
    namedIssuer = other;
  }

  /** Names another address of keys in its document. */
  void nameKeys(String other) {
    namedKeys = other;
  }

  /** Signs claims with the present key, and adds the issuer and the times. */
  public String sign(Instant now, Map<String, Object> claims) {
    return sign(JOSEObjectType.JWT, now, claims);
  }

  /**
   * Signs a logout token of a type, whose claims are those of Keycloak 26 unless others are given.
   */
  public String signLogout(String type, Instant now, Map<String, Object> claims) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("jti", "logout-1");
    all.put("aud", "web");
    all.put("typ", "Logout");
    all.put("sub", "ann");
    all.put("sid", "8a6c7ad0-2a5e-4d3c-a2c5-2b6ff8a1a111");
    all.put("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    all.putAll(claims);
    all.values().removeIf(""::equals);
    return sign(new JOSEObjectType(type), now, all);
  }

  private String sign(JOSEObjectType type, Instant now, Map<String, Object> claims) {
    Map<String, Object> all = new LinkedHashMap<>(claims);
    all.putIfAbsent("iss", issuer());
    all.putIfAbsent("iat", now.getEpochSecond());
    all.putIfAbsent("exp", now.plusSeconds(300).getEpochSecond());
    RSAKey present = KEYS.get(key);
    return TestTokens.sign(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(present.getKeyID()).type(type).build(),
        present,
        all);
  }

  /**
   * Returns the claims of an access token of Keycloak 26 with the scope {@code organization}.
   *
   * @param organization the alias of the user's organization
   */
  public static Map<String, Object> keycloak(String user, String organization) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("jti", "onrtac:5b1e7a52-1b7e-4a36-9c43-" + user);
    claims.put("aud", List.of("broadcasty", "account"));
    claims.put("sub", user);
    claims.put("typ", "Bearer");
    claims.put("azp", "web");
    claims.put("sid", "8a6c7ad0-2a5e-4d3c-a2c5-2b6ff8a1a111");
    claims.put("acr", "1");
    claims.put(
        "realm_access",
        Map.of("roles", List.of("default-roles-main", "offline_access", "uma_authorization")));
    claims.put(
        "resource_access",
        Map.of(
            "broadcasty",
            Map.of("roles", List.of("participant", "publisher")),
            "account",
            Map.of("roles", List.of("manage-account", "view-profile"))));
    claims.put("scope", "openid email profile organization");
    claims.put("organization", List.of(organization));
    claims.put("groups", List.of("/staff", "/staff/editors"));
    claims.put("email_verified", true);
    claims.put("preferred_username", user);
    return claims;
  }

  /**
   * Returns the claims of an access token of Entra ID, version 2.0, for an application that exposes
   * a scope and has app roles.
   *
   * @param directory the id of the directory, which its claim {@code tid} is
   */
  public static Map<String, Object> entra(String user, String directory) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("aud", "7d1c1f64-6a2e-4f8c-9a15-0f4f7e3b2c01");
    claims.put("azp", "0a52b2f1-94c2-4b7f-8e4e-1f4f3f0a9b02");
    claims.put("azpacr", "0");
    claims.put("name", user);
    claims.put("oid", user);
    claims.put("preferred_username", user + "@example.com");
    claims.put("rh", "0.AAAA");
    claims.put("roles", List.of("Broadcasty.Publisher", "Broadcasty.Participant"));
    claims.put("groups", List.of("2f9d1c1e-7a5b-4d0e-8f4f-3a1b2c3d4e05"));
    claims.put("scp", "stream.read stream.write");
    claims.put("sub", "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ-" + user);
    claims.put("tid", directory);
    claims.put("uti", "fqiBqXLPj0eQa82S-IYFAA");
    claims.put("ver", "2.0");
    return claims;
  }

  /** Returns who a verdict says the caller is: tenant, user and roles in order. */
  public static String describe(Authenticator.Verdict verdict) {
    if (!(verdict instanceof Authenticator.Authenticated authenticated)) {
      return verdict.toString();
    }
    Caller caller = authenticated.caller();
    return caller + " " + new TreeSet<>(caller.roles());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
