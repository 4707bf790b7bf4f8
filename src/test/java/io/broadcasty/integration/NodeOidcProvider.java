package io.broadcasty.integration;

import io.broadcasty.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * node-oidc-provider, twice: one issuer for {@code acme} with the settings of
 * docs/howto/sso-oidc.md, and one whose tokens name the tenant.
 */
final class NodeOidcProvider implements OidcServer {

  /** What is in the tokens of the users, beside what the provider puts there. */
  private static final String USERS =
      """
      {"ann": {"roles": ["participant"], "entitlements": ["publisher"]},
        "bob": {"roles": ["participant"], "company": "beta"},
        "eve": {"roles": ["participant"], "company": "acme"}}
      """;

  private final Process process;
  private final Path log;
  private final int first;
  private final int second;
  private final HttpClient http = HttpClient.newHttpClient();

  private NodeOidcProvider(Process process, Path log, int first, int second) {
    this.process = process;
    this.log = log;
    this.first = first;
    this.second = second;
  }

  /** Starts them; does not wait. */
  static NodeOidcProvider start(NodePrograms programs, Path home) throws IOException {
    Path log = home.resolve("oidc-provider.log");
    int first = FreePorts.next();
    int second = FreePorts.next();
    ProcessBuilder builder =
        programs.program("oidc-provider.mjs", String.valueOf(first), String.valueOf(second), USERS);
    return new NodeOidcProvider(builder.redirectOutput(log.toFile()).start(), log, first, second);
  }

  @Override
  public void awaitReady() {
    Api.await("the providers", () -> List.of(first, second).stream().allMatch(this::answers));
  }

  private boolean answers(int port) {
    try {
      if (!process.isAlive()) {
        throw new AssertionError("the providers ended: " + Files.readString(log));
      }
      URI document = URI.create(issuer(port) + "/.well-known/openid-configuration");
      return send(HttpRequest.newBuilder(document).build()) == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings =
        OidcServer.settingsOf("sso-oidc", "https://id.example.com", issuer(first));
    settings.put("broadcasty.issuers.other.issuer", issuer(second));
    settings.put("broadcasty.issuers.other.audiences", "https://realtime.example.com");
    settings.put("broadcasty.issuers.other.tenant-claim", "company");
    settings.put("broadcasty.issuers.other.tenants", "beta");
    return settings;
  }

  @Override
  public String signIn(String user) {
    URI issuer = URI.create(issuer(user.equals("ann") ? first : second));
    return new OidcSignIn(issuer, "web").accessToken(user, "any", Map.of("scope", "openid stream"));
  }

  @Override
  public void rotate() {
    for (int port : List.of(first, second)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(issuer(port) + "/rotate"))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      try {
        if (send(request) != 204) {
          throw new AssertionError("the key was not replaced");
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String issuer(int port) {
    return "http://localhost:" + port;
  }

  private int send(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
