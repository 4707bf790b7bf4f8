package io.broadcasty.relay.ably;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.relay.provider.FakeProviderServer;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderContract;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.relay.provider.Publications;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Publication;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AblyProviderTest extends ProviderContract {

  @Override
  protected Provider open(URI base, ProviderHttpClient calls, boolean valid) {
    String secret =
        FakeProviderServer.ABLY_KEY.substring(FakeProviderServer.ABLY_KEY.indexOf(':') + 1);
    return new AblyProvider(
        new AblySettings(base, "xVLyHw.7dpLhg", valid ? secret : "wrong"), calls);
  }

  @Test
  void aMessageIsThePublicationWithAnIdOfItsPosition() throws Exception {
    provider().send(Publications.of("orders", 5, 6));
    FakeProviderServer.Request request = server.requests().get(0);
    assertEquals("/channels/acme%3Borders/messages", request.path());
    assertTrue(
        request
            .body()
            .startsWith(
                "[{\"id\":\"k3f9a2xw-0-5-2:0\",\"name\":\"message\",\"data\":\"{\\\"channel"),
        request::body);
    assertTrue(request.body().contains("{\"id\":\"k3f9a2xw-0-5-2:1\""), request::body);
    assertTrue(request.body().contains("\"encoding\":\"json\""), request::body);
  }

  @Test
  void headersAreInExtras() throws Exception {
    Publication plain = Publications.of("orders", 5, 5).get(0);
    Envelope envelope = plain.envelope();
    Message message = envelope.message().withHeaders(Headers.of(Map.of("tag", "a\"b")));
    provider()
        .send(
            List.of(
                new Publication(
                    new Envelope(envelope.channel(), 0, envelope.id(), true, message),
                    plain.position(),
                    plain.timeMillis()),
                Publications.of("orders", 6, 6).get(0)));
    String body = server.requests().get(0).body();
    assertTrue(body.contains("\"extras\":{\"headers\":{\"tag\":\"a\\\"b\"}}"), body);
    assertEquals(2, body.split("extras", -1).length);
  }

  /**
   * Ably drops a request whose ids begin like those of an earlier one, including what is new in it.
   */
  @Test
  void aLongerRunHasOtherIds() throws Exception {
    provider().send(Publications.of("orders", 5, 6));
    provider().send(Publications.of("orders", 5, 6));
    provider().send(Publications.of("orders", 5, 9));
    assertEquals(server.requests().get(0).body(), server.requests().get(1).body());
    String longer = server.requests().get(2).body();
    assertTrue(longer.startsWith("[{\"id\":\"k3f9a2xw-0-5-5:0\""), longer);
  }

  @Test
  void rejectsAServerThatIsNotAbly() {
    server.answer(200);
    try (FakeProviderServer other = FakeProviderServer.start()) {
      Provider elsewhere =
          open(
              URI.create(other.base() + "/apps"),
              new ProviderHttpClient(
                  java.time.Duration.ofSeconds(1), io.broadcasty.core.time.WallClock.system()),
              true);
      assertThrows(ProviderException.class, elsewhere::probe);
    }
  }

  @Test
  void settingsDoNotShowSecrets() {
    assertFalse(
        new AblySettings(URI.create("https://x"), "name", "s3cr3t").toString().contains("s3cr3t"));
  }
}
