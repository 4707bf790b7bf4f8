package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.broadcasty.FreePorts;
import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.provider.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the proxies of docs/howto/proxies.md with the configurations of that page, before a server
 * that accepts only what came over TLS. A proxy that is not installed is skipped.
 */
class ProxiesIT extends ServerTestBase {

  private static final Path PAGE = Path.of("docs/howto/proxies.md");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  /** A proxy, the language of its configuration in the page, and how it is started. */
  enum Proxy {
    NGINX("nginx", "nginx", "nginx -p %1$s -c %1$s/proxy.conf -g 'daemon off;'") {
      @Override
      String complete(String configuration, Path home) {
        return "user root;\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n"
            + "access_log off;\nclient_body_temp_path body;\nproxy_temp_path proxy;\n"
            + "fastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n"
            + configuration
            + "\n}\n";
      }
    },
    APACHE("apache2", "apache", "apache2 -d %1$s -f %1$s/proxy.conf -D FOREGROUND") {
      @Override
      String complete(String configuration, Path home) {
        StringBuilder all = new StringBuilder("PidFile apache.pid\nErrorLog /dev/stderr\n");
        for (String module :
            List.of(
                "mpm_event",
                "authz_core",
                "ssl",
                "headers",
                "proxy",
                "proxy_http",
                "socache_shmcb")) {
          all.append(
              "LoadModule %1$s_module /usr/lib/apache2/modules/mod_%1$s.so\n".formatted(module));
        }
        Matcher port = Pattern.compile("\\*:([0-9]+)>").matcher(configuration);
        assertTrue(port.find(), configuration);
        return all + "Listen " + port.group(1) + "\nMutex file:" + home + "\n" + configuration;
      }
    },
    HAPROXY("haproxy", "haproxy", "haproxy -db -f %1$s/proxy.conf"),
    ENVOY("envoy", "yaml", "envoy -c %1$s/proxy.conf --disable-hot-restart");

    private final String program;
    private final String language;
    private final String command;

    Proxy(String program, String language, String command) {
      this.program = program;
      this.language = language;
      this.command = command;
    }

    /** Adds what a whole configuration needs besides the part that the page shows. */
    String complete(String configuration, Path home) {
      return configuration;
    }

    boolean isInstalled() {
      return List.of("/usr/sbin", "/usr/bin", "/usr/local/bin").stream()
          .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
  }

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.BEHIND_PROXIES.archive();
  }

  /** Returns the block of the page in a language. */
  private static String block(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    assertTrue(block.find(), language);
    return block.group(1);
  }

  private Process start(Proxy proxy, int port) throws IOException, GeneralSecurityException {
    TestCertificate certificate = TestCertificate.shared();
    String chain = Pem.of("CERTIFICATE", certificate.certificate().getEncoded());
    String key = Pem.of("PRIVATE KEY", certificate.key().getEncoded());
    Files.writeString(home.resolve("app.example.com.pem"), chain);
    Files.writeString(home.resolve("app.example.com.key"), key);
    Files.writeString(home.resolve("app.example.com.both.pem"), chain + key);
    String configuration =
        block(proxy.language)
            .replace("/etc/ssl", home.toString())
            .replaceAll("\\b443\\b", Integer.toString(port))
            .replaceAll("\\b8080\\b", Integer.toString(api.base.getPort()));
    Files.writeString(home.resolve("proxy.conf"), proxy.complete(configuration, home));
    String command = "PATH=$PATH:/usr/sbin exec " + proxy.command.formatted(home);
    return new ProcessBuilder("sh", "-c", command)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("log").toFile())
        .start();
  }

  @ParameterizedTest
  @EnumSource
  void followsThePage(Proxy proxy) throws Exception {
    assumeTrue(proxy.isInstalled(), proxy.program + " is not installed, so it is not tested");
    int port = FreePorts.next();
    Process process = start(proxy, port);
    try {
      Api proxied =
          new Api(
              URI.create("https://localhost:" + port + "/realtime"),
              api.tokens,
              TestCertificate.shared().trustingContext());
      Api.await(
          () -> proxy + " to answer: " + log(),
          Duration.ofSeconds(20),
          () -> process.isAlive() && answers(proxied));
      publishesAndStreams(proxied);
      pagesOfTheSameOriginMayCall(proxied, port);
      aBodyIsNotTheNextRequest(proxied);
      HttpResponse<String> page = proxied.get("/", "");
      assertEquals(200, page.statusCode());
      assertTrue(page.headers().firstValue("Strict-Transport-Security").isPresent());
      assertEquals(200, proxied.get("/demo.js", "").statusCode());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private String log() {
    try {
      return Files.readString(home.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static boolean answers(Api proxied) {
    try {
      return proxied.get("/broadcasty/ping", "").statusCode() == 204;
    } catch (IllegalStateException notYet) {
      return false;
    }
  }

  private static void publishesAndStreams(Api proxied) {
    String channel = Api.freshChannel("proxied");
    SseStream events =
        SseStream.open(
            proxied.request("/broadcasty/sse?channel=" + channel, proxied.tokens.guest()).build(),
            proxied);
    WsStream webSocket = WsStream.open(proxied, proxied.tokens.guest());
    try {
      assertEquals("subscribed", events.next().kind());
      webSocket.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
      assertEquals("subscribed", webSocket.next().kind());
      proxied.publishNumbers(channel, 1, 3);
      for (int i = 1; i <= 3; i++) {
        assertEquals(i, events.next().sequence());
        assertEquals(i, webSocket.next().sequence());
      }
    } finally {
      events.close();
      webSocket.close();
    }
  }

  /** Payara takes the body of {@code TRACE} for the next request of its connection. */
  private static void aBodyIsNotTheNextRequest(Api proxied) {
    String channel = Api.freshChannel("smuggled");
    String publication = "{\"channel\":\"" + channel + "\",\"payload\":1}";
    String hidden =
        "POST /broadcasty/publish HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
            + "Content-Type: application/json\r\nAuthorization: Bearer "
            + proxied.tokens.publisher()
            + "\r\nContent-Length: "
            + publication.length()
            + "\r\n\r\n"
            + publication;
    HttpRequest trace =
        proxied
            .request("/broadcasty/ping", "")
            .method("TRACE", HttpRequest.BodyPublishers.ofString(hidden))
            .build();

    int status = proxied.send(trace).statusCode();

    assertTrue(status >= 400 && status < 500, () -> "TRACE is answered with " + status);
    proxied.publishNumbers(channel, 1, 1);
    String replay =
        proxied.get("/broadcasty/replay?channel=" + channel, proxied.tokens.guest()).body();
    assertTrue(replay.contains("\"head\":1,"), () -> "only what was sent is there: " + replay);
  }

  private static void pagesOfTheSameOriginMayCall(Api proxied, int port) {
    assertEquals(200, publishFrom(proxied, "https://localhost:" + port));
    assertEquals(403, publishFrom(proxied, "https://evil.example"));
  }

  private static int publishFrom(Api proxied, String origin) {
    HttpRequest request =
        proxied
            .request("/broadcasty/publish", proxied.tokens.publisher())
            .header("Origin", origin)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"channel\":\"a\",\"payload\":1}"))
            .build();
    return proxied.send(request).statusCode();
  }
}
