package io.broadcasty.webhook;

import static io.broadcasty.webhook.WebhookFixtures.ACME;
import static io.broadcasty.webhook.WebhookFixtures.GLOBEX;
import static io.broadcasty.webhook.WebhookFixtures.channel;
import static io.broadcasty.webhook.WebhookFixtures.endpoint;
import static io.broadcasty.webhook.WebhookFixtures.message;
import static io.broadcasty.webhook.WebhookFixtures.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract of {@link WebhookEndpoints} and {@link WebhookOutbox}. */
public abstract class WebhookStoreContract {

  private static final Duration LEASE = Duration.ofSeconds(30);

  protected final ManualTime time = new ManualTime();

  protected abstract WebhookEndpoints endpoints();

  protected abstract WebhookOutbox outbox();

  private WebhookMessage occupied(String endpoint, String name) {
    return message(
        WebhookEvent.of(WebhookEventType.CHANNEL_OCCUPIED, channel(name), time.nowMillis()),
        endpoint(endpoint));
  }

  private WebhookMessage vacated(String endpoint, String name) {
    return message(
        WebhookEvent.of(WebhookEventType.CHANNEL_VACATED, channel(name), time.nowMillis()),
        endpoint(endpoint));
  }

  private WebhookMessage member(WebhookEventType type, String user) {
    return message(
        WebhookEvent.ofMember(type, channel("presence-a"), user, time.nowMillis()),
        endpoint("one"));
  }

  private List<String> dueBodies(String endpoint) {
    return outbox().due(endpoint, 100).stream().map(WebhookDelivery::body).toList();
  }

  private static List<String> ids(List<WebhookEndpoint> endpoints) {
    return endpoints.stream().map(WebhookEndpoint::id).toList();
  }

  private AttemptResult result(WebhookDelivery delivery, int status, WebhookDelivery.State state) {
    return new AttemptResult(
        delivery,
        new WebhookAttempt(
            delivery.attempts() + 1,
            time.nowMillis(),
            7,
            status,
            status == 200 ? null : "the endpoint answered " + status,
            "änswer"),
        state,
        time.nowMillis() + 5000);
  }

  @Test
  void keepsEndpointsAsTheyAre() {
    WebhookEndpoint full =
        new WebhookEndpoint(
            "full",
            ACME,
            new EndpointOptions(
                "https://example.com/ä",
                "näme 😀",
                WebhookFormat.PUSHER,
                "1001",
                Set.of(WebhookEventType.CLIENT_EVENT, WebhookEventType.CACHE_MISS),
                "private-*",
                17),
            new EndpointSecrets("k1", "one", "two", 99),
            WebhookEndpoint.State.PAUSED,
            false,
            5,
            6,
            7,
            1);
    endpoints().insert(full);
    assertEquals(full, endpoints().find("full"));
    assertNull(endpoints().find("other"));
    endpoints().insert(endpoint("active"));
    endpoints().insert(endpoint("foreign", GLOBEX, options("https://example.com/")));
    assertEquals(List.of("active", "full"), ids(endpoints().list(ACME, "", 10)));
    assertEquals(List.of("full"), ids(endpoints().list(ACME, "active", 10)));
    assertEquals(List.of("active"), ids(endpoints().list(ACME, "", 1)));
    assertEquals(List.of("active"), ids(endpoints().active(ACME)));
    assertEquals(2, endpoints().count(ACME));
  }

  @Test
  void aChangeOfWhatOthersHaveChangedIsRefused() {
    endpoints().insert(endpoint("one"));
    WebhookEndpoint read = Objects.requireNonNull(endpoints().find("one"));
    WebhookEndpoint changed =
        endpoints()
            .replace(
                read.with(
                    options("https://new.example.com/"),
                    new EndpointSecrets("k", "s", "", 0),
                    WebhookEndpoint.State.ACTIVE,
                    2000));
    assertNotNull(changed);
    assertEquals("https://new.example.com/", changed.options().url());
    assertEquals(2, changed.revision());
    assertNull(endpoints().replace(read));
    assertTrue(endpoints().delete("one"));
    assertFalse(endpoints().delete("one"));
    assertNull(endpoints().replace(changed));
  }

  @Test
  void oneNodeHoldsAnEndpointUntilItsLeaseEnds() {
    endpoints().insert(endpoint("one"));
    endpoints().insert(endpoint("two"));
    assertEquals(List.of(), ids(endpoints().claim("node-a", LEASE, 10)), "nothing is due");
    outbox().add(List.of(occupied("one", "a")));
    assertEquals(List.of("one"), ids(endpoints().claim("node-a", LEASE, 10)));
    assertEquals(List.of(), ids(endpoints().claim("node-b", LEASE, 10)));
    time.advance(Duration.ofSeconds(20));
    assertEquals(List.of("one"), ids(endpoints().renew("node-a", LEASE)));
    time.advance(Duration.ofSeconds(20));
    assertEquals(List.of(), ids(endpoints().claim("node-b", LEASE, 10)));
    time.advance(Duration.ofSeconds(11));
    assertEquals(List.of("one"), ids(endpoints().claim("node-b", LEASE, 10)));
    assertEquals(List.of(), ids(endpoints().renew("node-a", LEASE)), "it was taken for dead");
    endpoints().release("node-a", List.of("one"));
    assertEquals(List.of("one"), ids(endpoints().renew("node-b", LEASE)));
    endpoints().release("node-b", List.of("one"));
    assertEquals(List.of("one"), ids(endpoints().claim("node-a", LEASE, 10)));
  }

  @Test
  void aDisabledEndpointIsNotSentTo() {
    endpoints().insert(endpoint("one"));
    outbox().add(List.of(occupied("one", "a")));
    endpoints().setFailing("one", 4711);
    assertEquals(4711, Objects.requireNonNull(endpoints().find("one")).failingSinceMillis());
    assertTrue(endpoints().disable("one"));
    assertFalse(endpoints().disable("one"));
    assertEquals(List.of(), ids(endpoints().claim("node-a", LEASE, 10)));
    WebhookEndpoint disabled = Objects.requireNonNull(endpoints().find("one"));
    assertEquals(WebhookEndpoint.State.DISABLED, disabled.state());
    WebhookEndpoint again =
        endpoints()
            .replace(
                disabled.with(
                    disabled.options(),
                    disabled.secrets(),
                    WebhookEndpoint.State.ACTIVE,
                    time.nowMillis()));
    assertEquals(0, Objects.requireNonNull(again).failingSinceMillis());
    assertEquals(List.of("one"), ids(endpoints().claim("node-a", LEASE, 10)));
  }

  @Test
  void messagesAreDueInTheirOrder() {
    outbox().add(List.of(occupied("one", "a"), occupied("two", "b"), occupied("one", "c")));
    time.advance(Duration.ofMillis(5));
    outbox().add(List.of(occupied("one", "d")));
    List<WebhookDelivery> due = outbox().due("one", 100);
    assertEquals(
        List.of("a", "c", "d"), due.stream().map(each -> String.valueOf(each.channel())).toList());
    assertEquals(2, outbox().due("one", 2).size());
    assertTrue(due.get(0).body().contains("\"type\":\"channel.occupied\""), due.get(0).body());
  }

  @Test
  void aQuickReturnIsNotTold() {
    outbox().add(List.of(vacated("one", "a"), vacated("one", "b")));
    assertEquals(List.of(), dueBodies("one"), "they wait");
    outbox().add(List.of(occupied("one", "a")));
    time.advance(Duration.ofSeconds(3));
    assertEquals(1, dueBodies("one").size());
    assertTrue(dueBodies("one").get(0).contains("\"channel\":\"b\""));
    outbox().add(List.of(occupied("one", "b")));
    assertEquals(2, dueBodies("one").size(), "it was told that the channel is vacated");
  }

  @Test
  void aQuickReturnOfAMemberCancelsOnlyItsOwnLeave() {
    String longName = "x".repeat(900);
    outbox()
        .add(
            List.of(
                member(WebhookEventType.MEMBER_REMOVED, "ann"),
                member(WebhookEventType.MEMBER_REMOVED, longName),
                member(WebhookEventType.MEMBER_REMOVED, "bob"),
                member(WebhookEventType.MEMBER_ADDED, "bob"),
                member(WebhookEventType.MEMBER_ADDED, longName)));
    time.advance(Duration.ofSeconds(4));
    List<String> due = dueBodies("one");
    assertEquals(1, due.size(), due.toString());
    assertTrue(due.get(0).contains("\"user\":\"ann\""));
  }

  @Test
  void anAttemptIsStoredOnceAndShown() {
    outbox().add(List.of(occupied("one", "a"), occupied("one", "b")));
    WebhookDelivery first = outbox().due("one", 10).get(0);
    WebhookDelivery second = outbox().due("one", 10).get(1);
    outbox()
        .record(
            List.of(
                result(first, 500, WebhookDelivery.State.WAITING),
                result(second, 200, WebhookDelivery.State.DELIVERED)));
    outbox().record(List.of(result(first, 200, WebhookDelivery.State.DELIVERED)));
    WebhookDelivery waiting =
        Objects.requireNonNull(outbox().find("one", first.messageId()), "the older result stays");
    assertEquals(WebhookDelivery.State.WAITING, waiting.state());
    assertEquals(1, waiting.attempts());
    assertEquals("the endpoint answered 500", waiting.reason());
    assertEquals(List.of(), dueBodies("one"));
    time.advance(Duration.ofSeconds(5));
    assertEquals(1, dueBodies("one").size());
    outbox().record(List.of(result(waiting, 503, WebhookDelivery.State.DEAD)));
    List<WebhookAttempt> attempts = outbox().attempts(first.number());
    assertEquals(List.of(500, 503), attempts.stream().map(WebhookAttempt::status).toList());
    assertEquals("änswer", attempts.get(0).answer());
    assertEquals(7, attempts.get(0).tookMillis());
    assertNull(outbox().find("two", first.messageId()));
    assertEquals(List.of(), outbox().due("one", 10));
  }

  @Test
  void listsTheLatestFirstAndSendsAgain() {
    for (String name : List.of("a", "b", "c")) {
      outbox().add(List.of(occupied("one", name)));
      time.advance(Duration.ofSeconds(1));
    }
    List<WebhookDelivery> due = outbox().due("one", 10);
    outbox()
        .record(
            List.of(
                result(due.get(0), 500, WebhookDelivery.State.DEAD),
                result(due.get(1), 200, WebhookDelivery.State.DELIVERED),
                result(due.get(2), 500, WebhookDelivery.State.DEAD)));
    assertEquals(
        List.of("c", "b", "a"),
        outbox().list("one", null, Long.MAX_VALUE, 10).stream()
            .map(each -> String.valueOf(each.channel()))
            .toList());
    List<WebhookDelivery> dead =
        outbox().list("one", WebhookDelivery.State.DEAD, Long.MAX_VALUE, 1);
    assertEquals("c", dead.get(0).channel());
    assertEquals(
        "a",
        outbox().list("one", WebhookDelivery.State.DEAD, dead.get(0).number(), 1).get(0).channel());
    assertTrue(outbox().resend("one", due.get(1).messageId()));
    assertFalse(outbox().resend("two", due.get(1).messageId()));
    assertEquals(
        1,
        outbox().resendSince("one", WebhookDelivery.State.DEAD, due.get(1).createdAtMillis(), 100));
    assertEquals(
        List.of("b", "c"),
        outbox().due("one", 10).stream().map(each -> String.valueOf(each.channel())).toList());
    assertEquals(1, outbox().resendSince("one", null, 0, 100), "those that wait are left alone");
    assertEquals(3, outbox().due("one", 10).size());
  }

  @Test
  void oldMessagesAndThoseOfADeletedEndpointGo() {
    endpoints().insert(endpoint("one"));
    outbox().add(List.of(occupied("one", "a"), occupied("two", "a")));
    WebhookDelivery due = outbox().due("one", 10).get(0);
    outbox().record(List.of(result(due, 200, WebhookDelivery.State.DELIVERED)));
    time.advance(Duration.ofHours(1));
    outbox().add(List.of(occupied("one", "b"), occupied("two", "b")));
    outbox().prune(time.nowMillis());
    assertEquals(1, outbox().list("one", null, Long.MAX_VALUE, 10).size());
    assertEquals(List.of(), outbox().attempts(due.number()));
    assertTrue(endpoints().delete("one"));
    assertEquals(0, outbox().list("one", null, Long.MAX_VALUE, 10).size());
    assertEquals(1, outbox().list("two", null, Long.MAX_VALUE, 10).size());
  }

  @Test
  void messagesAboutAUserAreFoundAndDeleted() {
    String longName = "x".repeat(900);
    for (String user : List.of("ann", "bob", "ann", longName)) {
      outbox().add(List.of(member(WebhookEventType.MEMBER_ADDED, user)));
    }
    List<WebhookDelivery> first = outbox().ofUser(ACME, "ann", 0, 1);
    assertEquals(1, first.size());
    assertEquals(1, outbox().ofUser(ACME, "ann", first.get(0).number(), 10).size());
    outbox().record(List.of(result(first.get(0), 200, WebhookDelivery.State.DELIVERED)));
    assertEquals(0, outbox().ofUser(GLOBEX, "ann", 0, 10).size());
    assertEquals(0, outbox().deleteOfUser(GLOBEX, "ann"));
    assertEquals(2, outbox().deleteOfUser(ACME, "ann"));
    assertEquals(0, outbox().ofUser(ACME, "ann", 0, 10).size());
    assertEquals(List.of(), outbox().attempts(first.get(0).number()));
    assertEquals(1, outbox().deleteOfUser(ACME, longName));
    assertEquals(1, outbox().due("one", 10).size());
  }

  @Test
  void configuredEndpointsFollowTheConfiguration() {
    endpoints().insert(endpoint("own"));
    WebhookEndpoint one = configured("app-1", "https://one.example.com/");
    endpoints().configure(List.of(one, configured("app-2", "https://two.example.com/")));
    assertEquals(List.of("app-1", "app-2", "own"), ids(endpoints().list(ACME, "", 10)));
    assertTrue(endpoints().disable("app-1"));
    endpoints().configure(List.of(one));
    assertEquals(List.of("app-1", "own"), ids(endpoints().list(ACME, "", 10)));
    assertEquals(
        WebhookEndpoint.State.DISABLED,
        Objects.requireNonNull(endpoints().find("app-1")).state(),
        "a restart enables nothing");
    endpoints().configure(List.of(configured("app-1", "https://new.example.com/")));
    WebhookEndpoint changed = Objects.requireNonNull(endpoints().find("app-1"));
    assertEquals("https://new.example.com/", changed.options().url());
    assertEquals(WebhookEndpoint.State.ACTIVE, changed.state());
    endpoints().configure(List.of());
    assertEquals(List.of("own"), ids(endpoints().list(ACME, "", 10)));
  }

  private static WebhookEndpoint configured(String id, String url) {
    return new WebhookEndpoint(
        id,
        ACME,
        new EndpointOptions(url, "", WebhookFormat.PUSHER, id.substring(4), Set.of(), "", 0),
        EndpointSecrets.NONE,
        WebhookEndpoint.State.ACTIVE,
        true,
        0,
        1,
        1,
        1);
  }
}
