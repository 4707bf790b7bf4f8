package io.broadcasty.core.rbac.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.CallBreaker;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.rbac.AccessExplanation;
import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.core.rbac.CallbackCounts.Outcome;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a back end is asked, what its answers mean, and what happens without one. */
class CallbackPolicyResolverTest {

  private static final CallbackSettings SETTINGS =
      new CallbackSettings(
          URI.create("https://backend.example.com/decide"),
          List.of(new CallbackSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
          Duration.ofSeconds(2),
          new EndpointGuard(new AllowedHosts(List.of()), host -> List.of()));

  private final ManualTime time = new ManualTime();
  private final CallbackCounts counts = new CallbackCounts();
  private final List<String> bodies = new ArrayList<>();
  private final List<Map<String, String>> headers = new ArrayList<>();
  private CallbackExchange.@Nullable Reply reply = reply(200, "{\"allowed\":true}", "max-age=30");

  private final CallbackPolicyResolver resolver = resolver(this::exchange);

  private CallbackPolicyResolver resolver(CallbackExchange exchange) {
    return new CallbackPolicyResolver(SETTINGS, exchange, counts, time, time);
  }

  private synchronized CallbackExchange.Reply exchange(Map<String, String> sent, String body) {
    headers.add(sent);
    bodies.add(body);
    CallbackExchange.Reply answer = reply;
    if (answer == null) {
      throw new CallbackException("it cannot be connected to", null);
    }
    return answer;
  }

  private static CallbackExchange.Reply reply(
      int status, String body, @Nullable String cacheControl) {
    return new CallbackExchange.Reply(status, body, cacheControl);
  }

  private static AccessRequest request(String channel, String... roles) {
    return new AccessRequest(
        "acme",
        channel,
        "ann",
        Set.of(roles),
        ChannelOperation.JOIN,
        Map.of("org", Map.of("id", 7L, "tags", List.of("x", true, 1.5))));
  }

  private boolean isDenied(String channel) {
    return assertThrows(CallbackException.class, () -> resolver.authorize(request(channel)))
            .getMessage()
        != null;
  }

  @Test
  void asksASignedQuestion() {
    assertTrue(resolver.authorize(request("presence-a", "b", "a")));
    String body = bodies.get(0);
    assertTrue(
        body.startsWith(
            "{\"type\":\"access.decide\",\"timestamp\":\"2026-09-21T12:00:00Z\",\"data\":{"
                + "\"tenant\":\"acme\",\"channel\":\"presence-a\",\"operation\":\"join\","
                + "\"user\":\"ann\",\"roles\":[\"a\",\"b\"],\"claims\":{\"org\":{"),
        body);
    assertTrue(body.contains("\"tags\":[\"x\",true,1.5]"), body);
    Map<String, String> sent = headers.get(0);
    assertEquals("1789992000", sent.get("webhook-timestamp"));
    assertEquals(
        CallbackSecret.sign(
            SETTINGS.secrets(), String.valueOf(sent.get("webhook-id")), 1_789_992_000, body),
        sent.get("webhook-signature"));
  }

  /** The example of the specification of Standard Webhooks. */
  @Test
  void signsAsTheStandardSays() {
    String signed =
        CallbackSecret.sign(
            List.of(
                SETTINGS.secrets().get(0),
                new CallbackSecret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}");
    assertTrue(signed.startsWith("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,"), signed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "whsec_", "whsec_%%%", "whsec_AAAA"})
  void aSecretThatIsNoneIsRefusedWithoutBeingNamed(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new CallbackSecret(text)).getMessage();
    assertTrue(message != null && message.startsWith("each secret must be whsec_"), message);
  }

  @Test
  void anAnswerCountsForItsLifetime() {
    assertTrue(resolver.authorize(request("a")));
    reply = reply(200, "{\"allowed\":false}", "private, max-age=5");
    assertTrue(resolver.authorize(request("a")));
    assertFalse(resolver.authorize(request("b")));
    assertEquals(2, bodies.size());
    time.advance(Duration.ofSeconds(29));
    assertTrue(resolver.authorize(request("a")));
    time.advance(Duration.ofSeconds(1));
    assertFalse(resolver.authorize(request("a")));
    assertEquals(3, bodies.size());
    assertEquals(2, counts.of(Outcome.CACHED));
    assertEquals(1, counts.of(Outcome.ALLOWED));
    assertEquals(2, counts.of(Outcome.DENIED));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-age=30         | 30",
        "public, max-age=5  | 5",
        "max-age=999999999  | 3600",
        "s-maxage=30        | 0",
        "no-store           | 0",
        "no-cache, max-age=9| 0",
        "max-age=x          | 0",
        "max-age=0          | 0",
        "''                 | 0",
      })
  void readsLifetimes(String cacheControl, long seconds) {
    assertEquals(seconds, CallbackMessage.maxAgeSeconds(cacheControl));
    assertEquals(0, CallbackMessage.maxAgeSeconds(null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500 | {\"allowed\":true}",
        "302 | {\"allowed\":true}",
        "204 | ''",
        "200 | ''",
        "200 | {\"allowed\":\"true\"}",
        "200 | {\"allowed\":1}",
        "200 | {\"nested\":{\"allowed\":true}}",
        "200 | [{\"allowed\":true}]",
        "200 | {\"allowed\":true",
        "200 | true",
      })
  void whatIsNoAnswerAllowsNothing(int status, String body) {
    reply = reply(status, body, "max-age=30");
    assertTrue(isDenied("a"));
    assertTrue(isDenied("a"), "nor is it remembered");
    assertEquals(2, bodies.size());
    assertEquals(2, counts.of(Outcome.FAILED));
    assertFalse(
        new Policy(resolver)
            .allows(
                new TenantId("acme"),
                "ann",
                Set.of("admin"),
                new ChannelName("a"),
                Action.SUBSCRIBE));
  }

  @Test
  void aBackEndThatFailsIsAskedRarelyAndAnswersThatCountAreUsed() {
    assertTrue(resolver.authorize(request("known")));
    reply = null;
    for (int i = 0; i < CallBreaker.THRESHOLD; i++) {
      assertTrue(isDenied("a"));
    }
    assertEquals(1 + CallBreaker.THRESHOLD, bodies.size());
    assertTrue(isDenied("a"));
    assertEquals(1 + CallBreaker.THRESHOLD, bodies.size(), "it is not asked");
    assertEquals(1, counts.of(Outcome.REFUSED));
    assertTrue(resolver.authorize(request("known")));
    time.advance(Duration.ofSeconds(1));
    assertTrue(isDenied("a"));
    assertTrue(isDenied("a"));
    assertEquals(2 + CallBreaker.THRESHOLD, bodies.size(), "one question");
    time.advance(Duration.ofMillis(1999));
    assertTrue(isDenied("a"));
    assertEquals(2 + CallBreaker.THRESHOLD, bodies.size());
    reply = reply(200, "{\"allowed\":true}", null);
    time.advance(Duration.ofMillis(1));
    assertTrue(resolver.authorize(request("a")));
    assertTrue(resolver.authorize(request("b")), "all are asked again");
  }

  @Test
  void theSameQuestionIsAskedOnceAtATime() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    CallbackPolicyResolver slow =
        resolver(
            (sent, body) -> {
              asked.countDown();
              try {
                assertTrue(answer.await(20, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return exchange(sent, body);
            });
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Boolean> first = threads.submit(() -> slow.authorize(request("a")));
      assertTrue(asked.await(20, TimeUnit.SECONDS));
      Future<Boolean> second = threads.submit(() -> slow.authorize(request("a")));
      answer.countDown();
      assertTrue(first.get(20, TimeUnit.SECONDS));
      assertTrue(second.get(20, TimeUnit.SECONDS));
    } finally {
      threads.shutdownNow();
    }
    assertEquals(1, bodies.size());
  }

  @Test
  void moreQuestionsThanMayWaitAreRefused() throws Exception {
    CountDownLatch asked = new CountDownLatch(CallbackPolicyResolver.MAX_CALLS);
    CountDownLatch answer = new CountDownLatch(1);
    CallbackPolicyResolver slow =
        resolver(
            (sent, body) -> {
              asked.countDown();
              try {
                assertTrue(answer.await(20, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return exchange(sent, body);
            });
    ExecutorService threads = Executors.newFixedThreadPool(CallbackPolicyResolver.MAX_CALLS);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < CallbackPolicyResolver.MAX_CALLS; i++) {
        String channel = "c" + i;
        all.add(threads.submit(() -> slow.authorize(request(channel))));
      }
      assertTrue(asked.await(20, TimeUnit.SECONDS));
      assertThrows(CallbackException.class, () -> slow.authorize(request("more")));
      assertEquals(1, counts.of(Outcome.REFUSED));
      answer.countDown();
      for (Future<Boolean> each : all) {
        assertTrue(each.get(20, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whoeverActsForOthersNeedsARoleOfBackEndsToo() {
    assertFalse(resolver.mayActForOthers(request("presence-a", "member")));
    assertTrue(resolver.mayActForOthers(request("presence-a", "publisher")));
    reply = reply(200, "{\"allowed\":false}", null);
    assertFalse(resolver.mayActForOthers(request("presence-b", "admin")));
  }

  @Test
  void explainsItsDecision() {
    reply = reply(200, "{\"allowed\":false,\"reason\":\"not in this team\"}", "max-age=30");
    AccessExplanation denied = new Policy(resolver).explain(request("a"), null);
    assertFalse(denied.allowed());
    assertEquals(
        List.of(
            new AccessExplanation.Step(
                "callback",
                false,
                "the back end at backend.example.com denies it: not in this team; the answer counts"
                    + " for 30 s more")),
        denied.steps());
    reply = null;
    AccessExplanation none = new Policy(resolver).explain(request("b"), null);
    assertFalse(none.allowed());
    assertEquals(
        "the back end at backend.example.com does not decide, so nothing is allowed: it cannot be"
            + " connected to",
        none.steps().get(0).detail());
    reply = reply(200, "{\"allowed\":true}", null);
    assertTrue(new Policy(resolver).explain(request("b"), null).allowed());
  }
}
