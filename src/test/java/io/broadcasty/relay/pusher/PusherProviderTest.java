package io.broadcasty.relay.pusher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.provider.FakeProviderServer;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderContract;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.relay.provider.Publications;
import io.broadcasty.relay.provider.RelayOutcome;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class PusherProviderTest extends ProviderContract {

  @Override
  protected Provider open(URI base, ProviderHttpClient calls, boolean valid) {
    return new PusherProvider(
        new PusherSettings(
            "pusher",
            base,
            FakeProviderServer.APP_ID,
            FakeProviderServer.KEY,
            valid ? FakeProviderServer.SECRET : "wrong",
            9_500),
        calls,
        WallClock.system());
  }

  /** The example of Pusher's reference. */
  @Test
  void signsAsPusherDoes() {
    String query =
        new PusherSigner(FakeProviderServer.KEY, FakeProviderServer.SECRET)
            .query(
                "POST",
                "/apps/3/events",
                "{\"name\":\"foo\",\"channels\":[\"project-3\"],\"data\":\"{\\\"some\\\":\\\"data\\\"}\"}"
                    .getBytes(UTF_8),
                1353088179);
    assertEquals(
        "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0"
            + "&body_md5=ec365a775a4cd0599faeb73354201b6f"
            + "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c",
        query);
  }

  @Test
  void anEventIsThePublication() throws Exception {
    provider().send(Publications.of("orders:eu", 5, 5));
    FakeProviderServer.Request request = server.requests().get(0);
    assertEquals("/apps/3/events", request.path());
    assertEquals(
        "{\"name\":\"message\",\"channel\":\"acme;orders=3Aeu\",\"data\":\"{\\\"channel\\\":\\\"orders:eu\\\","
            + "\\\"partition\\\":0,\\\"sequence\\\":5,\\\"epoch\\\":\\\"k3f9a2xw\\\",\\\"id\\\":\\\"id5\\\","
            + "\\\"payload\\\":{\\\"n\\\":5},\\\"time\\\":1790000000000}\"}",
        request.body());
  }

  @Test
  void clientsDecryptThePayloadOfAnEncryptedChannel() throws Exception {
    provider()
        .send(List.of(Publications.publication("private-encrypted-x", 1, "{\"nonce\":\"n\"}")));
    assertEquals(
        "{\"name\":\"message\",\"channel\":\"private-encrypted-acme;x\","
            + "\"data\":\"{\\\"nonce\\\":\\\"n\\\"}\"}",
        server.requests().get(0).body());
  }

  @Test
  void aBatchHasTenEventsAtMostAndFitsTheServer() throws Exception {
    assertEquals(new RelayOutcome.Accepted(10), provider().send(Publications.of("orders", 1, 30)));
    String large = "\"" + "x".repeat(3_000) + "\"";
    assertEquals(
        new RelayOutcome.Accepted(2),
        provider()
            .send(
                List.of(
                    Publications.publication("orders", 11, large),
                    Publications.publication("orders", 12, large),
                    Publications.publication("orders", 13, large))));
    assertTrue(server.requests().stream().allMatch(r -> r.path().endsWith("/batch_events")));
  }

  @Test
  void settingsDoNotShowSecrets() {
    PusherSettings settings =
        new PusherSettings("pusher", URI.create("https://x"), "1", "key", "s3cr3t", 1);
    assertFalse(settings.toString().contains("s3cr3t"));
    assertFalse(new PusherSigner("key", "s3cr3t").toString().contains("s3cr3t"));
  }
}
