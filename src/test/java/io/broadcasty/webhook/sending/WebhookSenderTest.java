package io.broadcasty.webhook.sending;

import static io.broadcasty.webhook.WebhookFixtures.ACME;
import static io.broadcasty.webhook.WebhookFixtures.channel;
import static io.broadcasty.webhook.WebhookFixtures.endpoint;
import static io.broadcasty.webhook.WebhookFixtures.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.App;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEndpoints;
import io.broadcasty.webhook.WebhookEvent;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookMessage;
import io.broadcasty.webhook.WebhookOutbox;
import io.broadcasty.webhook.jdbc.JdbcWebhookEndpoints;
import io.broadcasty.webhook.jdbc.JdbcWebhookOutbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs rounds by hand: the clock, the endpoints and what they answer are the test's. */
class WebhookSenderTest {

  private static final App APP =
      new App("1001", List.of(new App.Credential("key", "secret")), ACME, false, true, 10_240);

  private final ManualTime time = new ManualTime();
  private final FakeWebhookClient client = new FakeWebhookClient();
  private final List<String> told = new ArrayList<>();
  private final Database database =
      Database.open(
          new DatabaseSettings(
              "jdbc:h2:mem:sender" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", null, 2));
  private final WebhookEndpoints endpoints = new JdbcWebhookEndpoints(database, time);
  private final WebhookOutbox outbox = new JdbcWebhookOutbox(database, time);
  private final WebhookSender sender = sender("node-a");

  private WebhookSender sender(String owner) {
    return new WebhookSender(
        endpoints,
        outbox,
        client,
        new MessageSigner(MasterKeys.NONE, id -> id.equals("1001") ? APP : null),
        owner,
        time,
        time,
        new WebhookListener() {
          @Override
          public void onAttempt(WebhookDelivery.State state, long tookNanos) {
            told.add(state.wireName());
          }

          @Override
          public void onDisabled(WebhookEndpoint endpoint, String reason) {
            told.add(endpoint + " disabled: " + reason);
          }
        },
        () -> {});
  }

  @BeforeEach
  void addEndpoints() {
    add("one", 0);
    add("two", 0);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void add(String id, int rate) {
    endpoints.insert(
        endpoint(
            id,
            ACME,
            new EndpointOptions(url(id), "", WebhookFormat.PUSHER, "1001", Set.of(), "", rate)));
  }

  private static String url(String id) {
    return "https://" + id + ".example.com/";
  }

  private void occupy(String id, String... channels) {
    List<WebhookMessage> messages = new ArrayList<>();
    for (String each : channels) {
      messages.add(
          message(
              WebhookEvent.of(WebhookEventType.CHANNEL_OCCUPIED, channel(each), time.nowMillis()),
              endpoint(id)));
    }
    outbox.add(messages);
    sender.wake(id);
  }

  private void round() {
    var unused = sender.runRound(true);
  }

  private List<FakeWebhookClient.Post> sent() {
    round();
    return client.take();
  }

  private WebhookDelivery only(String id) {
    return outbox.list(id, null, Long.MAX_VALUE, 10).get(0);
  }

  @Test
  void aMessageIsDeliveredOnce() {
    occupy("one", "a");
    List<FakeWebhookClient.Post> posts = sent();
    assertEquals(1, posts.size());
    assertEquals(url("one"), posts.get(0).url());
    assertTrue(posts.get(0).headers().containsKey("X-Pusher-Signature"));
    posts.get(0).answer(204);
    assertEquals(0, sent().size());
    assertEquals(List.of("delivered"), told);
    assertEquals(WebhookDelivery.State.DELIVERED, only("one").state());
    time.advance(Duration.ofHours(30));
    assertEquals(0, sent().size());
  }

  @Test
  void triesEightTimesInTwentySevenHoursWithTheSameId() {
    occupy("one", "a");
    Set<String> ids = new HashSet<>();
    List<Duration> schedule =
        List.of(
            Duration.ZERO,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(10));
    for (Duration delay : schedule) {
      if (!delay.isZero()) {
        time.advance(delay.minusMillis(1));
        assertEquals(0, sent().size(), "before " + delay);
        time.advance(Duration.ofMillis(1));
        sender.wake("one");
      }
      List<FakeWebhookClient.Post> posts = sent();
      assertEquals(1, posts.size(), "after " + delay);
      ids.add(posts.get(0).id());
      posts.get(0).answer(301);
      round();
    }
    assertEquals(1, ids.size());
    WebhookDelivery dead = only("one");
    assertEquals(WebhookDelivery.State.DEAD, dead.state());
    assertEquals("the endpoint answered 301", dead.reason());
    assertEquals(8, outbox.attempts(dead.number()).size());
    assertTrue(outbox.resend("one", dead.messageId()));
    sender.wake("one");
    assertEquals(ids, Set.of(sent().get(0).id()));
  }

  @Test
  void waitsAsLongAsTheAnswerAsks() {
    occupy("one", "a");
    sent().get(0).answer().complete(new WebhookClient.Answer(429, null, "", Duration.ofMinutes(2)));
    round();
    time.advance(Duration.ofSeconds(119));
    assertEquals(0, sent().size());
    time.advance(Duration.ofSeconds(1));
    sender.wake("one");
    assertEquals(1, sent().size());
  }

  @Test
  void anEndpointThatHangsDelaysNoOther() {
    client.answer(url("two"), 200);
    occupy("one", "a", "b", "c", "d", "e", "f");
    occupy("two", "a", "b", "c");
    int ofOne = 0;
    int ofTwo = 0;
    for (int i = 0; i < 3; i++) {
      for (FakeWebhookClient.Post each : sent()) {
        if (each.url().equals(url("one"))) {
          ofOne++;
        } else {
          ofTwo++;
        }
      }
    }
    assertEquals(3, ofTwo);
    assertEquals(4, ofOne, "the first ones; the others wait");
    time.advance(WebhookSender.ANSWER_TIME);
    assertEquals(1, sent().size(), "one at a time tries whether it answers");
    occupy("two", "d");
    assertEquals(1, sent().size());
  }

  @Test
  void theMessagesOfAChannelKeepTheirOrder() {
    occupy("one", "a", "b", "a", "a");
    List<FakeWebhookClient.Post> first = sent();
    assertEquals(2, first.size());
    assertNotEquals(first.get(0).body(), first.get(1).body());
    first.get(0).answer(200);
    List<FakeWebhookClient.Post> second = sent();
    assertEquals(1, second.size());
    second.get(0).answer(200);
    assertEquals(1, sent().size());
  }

  @Test
  void keepsTheRateOfAnEndpoint() {
    add("slow", 2);
    client.answer(url("slow"), 200);
    occupy("slow", "a", "b", "c", "d", "e");
    assertEquals(2, sent().size());
    assertEquals(0, sent().size());
    time.advance(Duration.ofMillis(500));
    assertEquals(1, sent().size());
    time.advance(Duration.ofSeconds(5));
    assertEquals(2, sent().size());
  }

  @Test
  void disablesWhatHasFailedForFiveDays() {
    client.answer(url("one"), 500);
    for (int day = 0; day < 5; day++) {
      occupy("one", "a");
      round();
      round();
      time.advance(Duration.ofDays(1));
      outbox.prune(time.nowMillis());
    }
    assertTrue(told.stream().noneMatch(each -> each.contains("disabled")), told.toString());
    occupy("one", "a");
    round();
    round();
    assertTrue(told.contains("one disabled: all attempts of 5 days have failed"), told.toString());
    assertEquals(
        WebhookEndpoint.State.DISABLED, Objects.requireNonNull(endpoints.find("one")).state());
    client.take();
    occupy("one", "b");
    assertEquals(0, sent().size());
  }

  @Test
  void aSuccessEndsTheFailure() {
    occupy("one", "a");
    sent().get(0).answer(500);
    round();
    assertNotEquals(0, Objects.requireNonNull(endpoints.find("one")).failingSinceMillis());
    occupy("one", "b");
    sent().get(0).answer(200);
    round();
    assertEquals(0, Objects.requireNonNull(endpoints.find("one")).failingSinceMillis());
  }

  @Test
  void disablesWhatAnswersThatItIsGone() {
    occupy("one", "a");
    sent().get(0).answer(410);
    round();
    assertEquals(
        WebhookEndpoint.State.DISABLED, Objects.requireNonNull(endpoints.find("one")).state());
  }

  @Test
  void anotherNodeSendsAgainWhatADeadOneHadInFlight() {
    occupy("one", "a");
    String id = sent().get(0).id();
    WebhookSender other = sender("node-b");
    var unused = other.runRound(true);
    assertEquals(0, client.take().size());
    time.advance(WebhookSender.LEASE);
    var unusedToo = other.runRound(true);
    assertEquals(List.of(id), client.take().stream().map(FakeWebhookClient.Post::id).toList());
    client.answer(url("one"), 200);
  }

  @Test
  void changesOfAnEndpointTakeEffectWithinASecond() {
    occupy("one", "a");
    sent().get(0).answer(500);
    round();
    WebhookEndpoint read = Objects.requireNonNull(endpoints.find("one"));
    EndpointOptions elsewhere =
        new EndpointOptions(
            "https://new.example.com/", "", WebhookFormat.PUSHER, "1001", Set.of(), "", 0);
    Objects.requireNonNull(
        endpoints.replace(
            read.with(elsewhere, read.secrets(), WebhookEndpoint.State.ACTIVE, time.nowMillis())));
    time.advance(Duration.ofSeconds(1));
    occupy("one", "b");
    assertEquals("https://new.example.com/", sent().get(0).url());
  }

  @Test
  void withoutItsAppNothingIsSentAndThatIsSaid() {
    endpoints.insert(
        endpoint(
            "orphan",
            ACME,
            new EndpointOptions(url("orphan"), "", WebhookFormat.PUSHER, "77", Set.of(), "", 0)));
    occupy("orphan", "a");
    assertEquals(0, sent().size());
    round();
    assertEquals("there is no app 77", only("orphan").reason());
  }
}
