package io.broadcasty.push.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.TcpProxy;
import io.broadcasty.core.time.WallClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests calls over HTTP/2 to a service whose connection becomes silent. */
class SilentPushConnectionTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int TIMED_OUT = 0;

  /** It answers requests that are no notifications with an error, which is enough here. */
  @SuppressWarnings("NullAway.Init")
  private FakeApnsServer server;

  @SuppressWarnings("NullAway.Init")
  private TcpProxy line;

  @SuppressWarnings("NullAway.Init")
  private PushHttpClient client;

  @BeforeEach
  void start() throws Exception {
    server = new FakeApnsServer((headers, payload) -> {});
    line = new TcpProxy(server.port());
    client =
        new PushHttpClient(
            TIMEOUT,
            WallClock.system(),
            Thread::new,
            HttpClient.newBuilder().sslContext(TestCertificate.shared().trustingContext()));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    line.close();
    server.close();
  }

  /** Returns the status of the reply; 0 when there is none in time. */
  private int send() throws Exception {
    HttpRequest request =
        PushHttpClient.request(
                URI.create("https://localhost:" + line.port() + "/3/device/" + "ab".repeat(32)))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    return client
        .exchange(request, reply -> reply.status(), failed -> TIMED_OUT)
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void theNextCallUsesANewConnection() throws Exception {
    int answered = send();
    assertEquals(1, line.lines().size(), "calls share a connection");
    assertEquals(answered, send());
    assertEquals(1, line.lines().size());
    line.swallowOpen();
    assertEquals(TIMED_OUT, send());
    assertEquals(answered, send());
    assertEquals(2, line.lines().size());
  }
}
