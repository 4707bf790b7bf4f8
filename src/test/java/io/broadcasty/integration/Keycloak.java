package io.broadcasty.integration;

import io.broadcasty.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keycloak as it is distributed, in development mode, with the realm of {@code
 * src/test/resources/keycloak}: two organizations, their users, the two clients of
 * docs/howto/sso-keycloak.md, and no mapper beside Keycloak's own.
 */
final class Keycloak implements OidcServer {

  private static final String ADMIN = "operator";
  private static final Duration START = Duration.ofMinutes(3);

  private final Process process;
  private final Path log;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();
  private int keys;

  private Keycloak(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /**
   * Starts it; does not wait.
   *
   * @param distribution the unpacked distribution, in which it keeps what it has prepared
   */
  static Keycloak start(Path distribution, Path home) throws IOException {
    Path realms = Files.createDirectories(distribution.resolve("data/import"));
    Files.copy(
        Path.of("src/test/resources/keycloak/realm-main.json"),
        realms.resolve("realm-main.json"),
        StandardCopyOption.REPLACE_EXISTING);
    Path log = home.resolve("keycloak.log");
    int port = FreePorts.next();
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            distribution.resolve("bin/kc.sh").toString(),
            "start-dev",
            "--import-realm",
            "--db=dev-mem",
            "--http-host=127.0.0.1",
            "--http-port=" + port);
    builder
        .environment()
        .putAll(
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "JAVA_OPTS_KC_HEAP",
                "-Xms64m -Xmx384m",
                "JAVA_OPTS_APPEND",
                "-XX:TieredStopAtLevel=1",
                "KC_BOOTSTRAP_ADMIN_USERNAME",
                ADMIN,
                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                ADMIN));
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new Keycloak(builder.start(), log, port);
  }

  @Override
  public void awaitReady() {
    Api.await(
        "Keycloak",
        START,
        Duration.ofMillis(200),
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("Keycloak ended: " + log());
          }
          try {
            return send(request("/realms/main/.well-known/openid-configuration")).statusCode()
                == 200;
          } catch (IllegalStateException notYet) {
            return false;
          }
        });
  }

  @Override
  public Map<String, String> settings() {
    return OidcServer.settingsOf("sso-keycloak", "https://sso.example.com", host());
  }

  @Override
  public String signIn(String user) {
    return new OidcSignIn(URI.create(host() + "/realms/main"), "web")
        .accessToken(user, "password of " + user, Map.of("scope", "openid organization"));
  }

  /** Adds a key that precedes the others, as the console does. */
  @Override
  public void rotate() {
    HttpResponse<String> token =
        send(
            request("/realms/master/protocol/openid-connect/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "grant_type=password&client_id=admin-cli&username="
                            + ADMIN
                            + "&password="
                            + ADMIN)));
    Matcher found = Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(token.body());
    if (!found.find()) {
      throw new AssertionError(token.body());
    }
    keys++;
    String key =
        """
        {"name": "key-%d", "providerId": "rsa-generated",
          "providerType": "org.keycloak.keys.KeyProvider",
          "config": {"priority": ["%d"], "algorithm": ["RS256"], "keySize": ["2048"]}}
        """
            .formatted(keys, 1000 + keys);
    HttpResponse<String> created =
        send(
            request("/admin/realms/main/components")
                .header("Authorization", "Bearer " + found.group(1))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(key)));
    if (created.statusCode() != 201) {
      throw new AssertionError(created.statusCode() + " " + created.body());
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(host() + path)).timeout(Api.PATIENCE);
  }

  private String host() {
    return "http://localhost:" + port;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Kills it with the JVM that its script has started. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    Api.await("the end of Keycloak", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }
}
