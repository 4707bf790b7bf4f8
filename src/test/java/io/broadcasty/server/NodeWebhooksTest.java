package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.delivery.session.TestNode.FakeTransport;
import io.broadcasty.protocol.pusher.PusherProtocol;
import io.broadcasty.webhook.sending.HookReceiver;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node tells an endpoint what clients of the Pusher protocol do. */
class NodeWebhooksTest {

  private static final String KEY = "278d425bdf160c739803";
  private static final String SECRET = "7ad3773142a6692b25b8";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path data;

  private final HookReceiver receiver = new HookReceiver();

  @AfterEach
  void close() {
    receiver.close();
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("broadcasty.apps.1001.key", KEY);
    settings.put("broadcasty.apps.1001.secret", SECRET);
    settings.put("broadcasty.apps.1001.tenant", "acme");
    settings.put("broadcasty.apps.1001.client-events", "true");
    settings.put("broadcasty.apps.1001.webhook", receiver.origin() + "/hook");
    settings.put("broadcasty.webhooks.allowed-hosts", receiver.origin());
    settings.put("broadcasty.db.url", "jdbc:h2:file:" + data.resolve("db"));
    return settings;
  }

  private static final App APP =
      new App(
          "1001",
          List.of(new App.Credential(KEY, SECRET)),
          new TenantId("acme"),
          true,
          true,
          10_240);

  /** Opens a connection of the app. */
  private static final StreamRequest HANDSHAKE =
      new StreamRequest() {
        @Override
        public List<String> parameters(String name) {
          return name.equals("protocol") ? List.of("7") : List.of();
        }

        @Override
        public @Nullable String header(String name) {
          return null;
        }

        @Override
        public String belowPath() {
          return KEY;
        }
      };

  private static final class Client extends FakeTransport {

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final MessageSession session;
    private final String socketId;

    Client(Node node) throws InterruptedException {
      session =
          new PusherProtocol(new Apps(List.of(APP)), node.webhooks().appEvents(), node.audience())
              .accept(HANDSHAKE)
              .open(node.context(), this);
      String established = String.valueOf(received.poll(20, TimeUnit.SECONDS));
      socketId = established.replaceAll(".*?([0-9]+\\.[0-9]+).*", "$1");
    }

    @Override
    public void write(List<EncodedFrame> batch, Done done) {
      batch.forEach(frame -> received.add(frame.text()));
      done.accept(null);
    }

    void subscribe(String channel, String data) {
      String text =
          data.isEmpty()
              ? AppSignature.subscription(socketId, channel)
              : AppSignature.presence(socketId, channel, data);
      session.onText(
          "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\""
              + channel
              + "\",\"auth\":\""
              + KEY
              + ":"
              + AppSignature.of(SECRET, text)
              + "\""
              + (data.isEmpty() ? "" : ",\"channel_data\":\"" + data.replace("\"", "\\\"") + "\"")
              + "}}");
    }
  }

  @Test
  void tellsTheEndpointOfAnAppWhatItsClientsDo() throws Exception {
    Node node = WholeNode.open(settings(), data);
    try {
      Client ann = new Client(node);
      ann.subscribe("private-cache-a", "");
      HookReceiver.Received occupied = receiver.next("channel_occupied");
      assertEquals(KEY, occupied.header("X-Pusher-Key"));
      assertEquals(AppSignature.of(SECRET, occupied.body()), occupied.header("X-Pusher-Signature"));
      assertTrue(occupied.body().contains("\"channel\":\"private-cache-a\""), occupied.body());
    } finally {
      node.close();
    }
    Node next = WholeNode.open(settings(), data); // sends what the first one has left
    try {
      receiver.next("channel_vacated");
    } finally {
      next.close();
    }
  }

  @Test
  void tellsOfMembersClientEventsAndMisses() throws Exception {
    Node node = WholeNode.open(settings(), data);
    try {
      Client ann = new Client(node);
      ann.subscribe("private-cache-a", "");
      receiver.next("cache_miss");
      ann.subscribe("presence-b", "{\"user_id\":\"ann\"}");
      assertTrue(receiver.next("member_added").body().contains("\"user_id\":\"ann\""));
      ann.session.onText(
          "{\"event\":\"client-typing\",\"channel\":\"presence-b\",\"data\":{\"x\":1}}");
      String event = receiver.next("client_event").body();
      for (String part :
          List.of(
              "\"event\":\"client-typing\"",
              "\"data\":\"{\\\"x\\\":1}\"",
              "\"socket_id\":\"" + ann.socketId + "\"",
              "\"user_id\":\"ann\"")) {
        assertTrue(event.contains(part), event);
      }
      ann.session.onText(
          "{\"event\":\"pusher:unsubscribe\",\"data\":{\"channel\":\"presence-b\"}}");
      receiver.next("member_removed");
    } finally {
      node.close();
    }
  }
}
