package io.broadcasty.webhook.sending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.time.WallClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpWebhookClientTest {

  private final HookReceiver receiver = new HookReceiver();
  private final HttpWebhookClient client =
      client(new AllowedHosts(List.of(receiver.origin())), EndpointGuard.Resolver.system());

  private static HttpWebhookClient client(AllowedHosts hosts, EndpointGuard.Resolver resolver) {
    return new HttpWebhookClient(
        new EndpointGuard(hosts, resolver),
        WallClock.system(),
        task -> {
          Thread thread = new Thread(task, "test-webhook-io");
          thread.setDaemon(true);
          return thread;
        });
  }

  @AfterEach
  void close() {
    client.close();
    receiver.close();
  }

  private WebhookClient.Answer post(String path) throws Exception {
    return client
        .post(receiver.origin() + path, Map.of("webhook-id", "msg_1"), "{\"ä\":1}")
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void postsJsonWithTheHeaders() throws Exception {
    WebhookClient.Answer answer = post("/hook?a=b");
    assertEquals(200, answer.status());
    assertEquals("ok", answer.text());
    HookReceiver.Received received = receiver.next();
    assertEquals("{\"ä\":1}", received.body());
    assertEquals("application/json", received.header("content-type"), "exactly, for Pusher's");
    assertEquals("msg_1", received.header("webhook-id"));
  }

  @Test
  void readsOnlyTheBeginningOfALongAnswer() throws Exception {
    assertEquals(1024, post("/long").text().length());
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    assertEquals(302, post("/302").status());
    assertEquals("/302", receiver.next().path());
    assertEquals(List.of(), receiver.rest());
  }

  @Test
  void cancellingEndsTheCall() throws Exception {
    CompletableFuture<WebhookClient.Answer> hanging =
        client.post(receiver.origin() + "/hang", Map.of(), "{}");
    assertEquals("/hang", receiver.next().path());
    assertTrue(hanging.cancel(true));
    assertEquals(200, post("/next").status());
  }

  @Test
  void nothingIsSentIntoTheInternalNetwork() throws Exception {
    HttpWebhookClient open =
        client(new AllowedHosts(List.of()), host -> List.of(InetAddress.getByName("10.0.0.1")));
    for (String url :
        List.of(
            receiver.origin(),
            "https://inside.example.com/",
            "https://169.254.169.254/latest/",
            "https://example.com:8443/")) {
      WebhookClient.Answer answer = open.post(url, Map.of(), "{}").get(20, TimeUnit.SECONDS);
      assertEquals(0, answer.status(), url);
      assertTrue(String.valueOf(answer.failure()).startsWith("the endpoint"), url);
    }
    assertEquals(List.of(), receiver.rest());
    open.close();
  }

  /** A name that was public when the endpoint was made may lead inside later. */
  @Test
  void theAddressIsCheckedBeforeEachRequest() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    HttpWebhookClient open =
        client(
            new AllowedHosts(List.of()),
            host -> {
              asked.incrementAndGet();
              throw new UnknownHostException(host);
            });
    for (int i = 1; i <= 3; i++) {
      assertEquals(
          "the host cannot be resolved",
          open.post("https://example.invalid/", Map.of(), "{}")
              .get(20, TimeUnit.SECONDS)
              .failure());
      assertEquals(i, asked.get());
    }
    open.close();
  }

  @Test
  void anEndpointThatCannotBeReachedIsAnAnswerToo() throws Exception {
    receiver.close();
    assertEquals("the endpoint cannot be connected to", post("/hook").failure());
  }
}
