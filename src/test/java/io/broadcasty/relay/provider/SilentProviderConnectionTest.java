package io.broadcasty.relay.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests calls over HTTP/2 to a provider whose connection becomes silent. */
class SilentProviderConnectionTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @Test
  void theNextCallUsesANewConnection() throws Exception {
    try (FakeApnsServer server = new FakeApnsServer((headers, payload) -> {});
        TcpProxy line = new TcpProxy(server.port())) {
      URI address = URI.create("https://localhost:" + line.port() + "/3/device/" + "ab".repeat(32));
      ProviderHttpClient client =
          new ProviderHttpClient(
              TIMEOUT,
              WallClock.system(),
              HttpClient.newBuilder().sslContext(TestCertificate.shared().trustingContext()));
      HttpResponse<Void> answered = send(client, address);
      assertEquals(HttpClient.Version.HTTP_2, answered.version());
      line.swallowOpen();
      assertTrue(
          assertThrows(ProviderException.class, () -> send(client, address))
              .failure()
              .reason()
              .contains("does not answer"));
      assertEquals(answered.statusCode(), send(client, address).statusCode());
    }
  }

  private static HttpResponse<Void> send(ProviderHttpClient client, URI address)
      throws ProviderException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.ofString("x")),
        HttpResponse.BodyHandlers.discarding());
  }
}
