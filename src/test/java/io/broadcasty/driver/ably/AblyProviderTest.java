package io.broadcasty.driver.ably;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.Headers;
import io.broadcasty.broker.Message;
import io.broadcasty.broker.Publication;
import io.broadcasty.driver.HttpCalls;
import io.broadcasty.driver.Provider;
import io.broadcasty.driver.ProviderContract;
import io.broadcasty.driver.ProviderException;
import io.broadcasty.driver.Run;
import io.broadcasty.driver.StandIn;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AblyProviderTest extends ProviderContract {

  @Override
  protected Provider open(URI base, HttpCalls calls, boolean valid) {
    String secret = StandIn.ABLY_KEY.substring(StandIn.ABLY_KEY.indexOf(':') + 1);
    return new AblyProvider(
        new AblySettings(base, "xVLyHw.7dpLhg", valid ? secret : "wrong"), calls);
  }

  @Test
  void aMessageIsThePublicationWithAnIdOfItsPosition() throws Exception {
    provider().send(Run.of("orders", 5, 6));
    StandIn.Request request = there.requests().get(0);
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
  void headersStandWhereAblyHasThem() throws Exception {
    Publication plain = Run.of("orders", 5, 5).get(0);
    Envelope envelope = plain.envelope();
    Message message = envelope.message().withHeaders(Headers.of(Map.of("tag", "a\"b")));
    provider()
        .send(
            List.of(
                new Publication(
                    new Envelope(envelope.channel(), 0, envelope.id(), true, message),
                    plain.position(),
                    plain.timeMillis()),
                Run.of("orders", 6, 6).get(0)));
    String body = there.requests().get(0).body();
    assertTrue(body.contains("\"extras\":{\"headers\":{\"tag\":\"a\\\"b\"}}"), body);
    assertEquals(2, body.split("extras", -1).length);
  }

  /**
   * Ably drops a request whose ids begin like those of an earlier one, including what is new in it.
   */
  @Test
  void aLongerRunThatBeginsAlikeIsAnotherRequest() throws Exception {
    provider().send(Run.of("orders", 5, 6));
    provider().send(Run.of("orders", 5, 6));
    provider().send(Run.of("orders", 5, 9));
    assertEquals(there.requests().get(0).body(), there.requests().get(1).body());
    String longer = there.requests().get(2).body();
    assertTrue(longer.startsWith("[{\"id\":\"k3f9a2xw-0-5-5:0\""), longer);
  }

  @Test
  void whoTellsNoTimeIsNotAbly() {
    there.answer(200);
    try (StandIn other = StandIn.start()) {
      Provider elsewhere =
          open(
              URI.create(other.base() + "/apps"),
              new HttpCalls(
                  HttpCalls.client(java.time.Duration.ofSeconds(1)),
                  java.time.Duration.ofSeconds(1)),
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
