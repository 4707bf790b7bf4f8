package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.http.CallBreaker;
import io.broadcasty.core.time.ManualTime;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
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

class IntrospectedTokensTest {

  private static final String ISSUER = "https://sso.example.com";
  private static final Duration CACHE = Duration.ofSeconds(10);

  private final ManualTime time = new ManualTime();
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private final Map<String, Object> answer = new HashMap<>();
  private @Nullable String body;
  private @Nullable IOException failure;
  private final IntrospectedTokens tokens = tokens(CACHE, this::answered);

  {
    answer.put("active", true);
    answer.put("sub", "ann");
    answer.put("tid", "acme");
    answer.put("aud", "broadcasty");
    answer.put("scope", "member publisher");
    answer.put("token_type", "Bearer");
    answer.put("exp", time.now().plusSeconds(60).getEpochSecond());
  }

  private String answered(String token) throws IOException {
    asked.add(token);
    if (failure != null) {
      throw failure;
    }
    return body == null ? JSONObjectUtils.toJSONString(answer) : body;
  }

  private IntrospectedTokens tokens(Duration cache, IntrospectionExchange exchange) {
    return new IntrospectedTokens(
        new JwtSettings(
            null,
            null,
            null,
            Set.of("RS256"),
            ISSUER,
            List.of("broadcasty"),
            Set.of(),
            500,
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            null,
            new ClaimMapping(null, new ClaimPath("tid"), List.of(new ClaimPath("scope")))),
        new IntrospectionSettings(
            URI.create("https://sso.example.com/introspect"),
            "broadcasty",
            "secret",
            false,
            Duration.ofSeconds(30),
            cache,
            ""),
        exchange,
        time,
        time);
  }

  private static String reason(Verdict verdict) {
    return assertInstanceOf(Refused.class, verdict, verdict.toString()).reason();
  }

  @Test
  void theIssuerSaysWhoTheCallerIs() {
    Authenticated verdict =
        assertInstanceOf(Authenticated.class, tokens.authenticate("2YotnFZFEjr1zCsicMWpAA"));
    Caller caller = verdict.caller();
    assertEquals("acme/ann", caller.toString());
    assertEquals(Set.of("member", "publisher"), caller.roles());
    assertEquals(time.now().plusSeconds(65).getEpochSecond(), caller.expiresAt().getEpochSecond());
    assertEquals(ISSUER, caller.claims().get("iss"));
    assertFalse(verdict.cacheable(), "others would keep it for longer");
  }

  @Test
  void anAnswerCountsForAShortTime() {
    Verdict first = tokens.authenticate("a");
    time.advance(CACHE.minusMillis(1));
    assertSame(first, tokens.authenticate("a"));
    assertEquals(1, asked.size());
    answer.put("active", false);
    time.advance(Duration.ofMillis(1));
    assertTrue(reason(tokens.authenticate("a")).contains("not valid"));
    assertEquals(2, asked.size());
    assertInstanceOf(Refused.class, tokens.authenticate("a"));
    assertEquals(2, asked.size(), "refusals count too");
    answer.put("active", true);
    time.advance(IntrospectedTokens.REFUSED_FOR);
    assertInstanceOf(Authenticated.class, tokens.authenticate("a"));
  }

  @Test
  void noAnswerOutlivesItsToken() {
    answer.put("exp", time.now().plusSeconds(1).getEpochSecond());
    assertInstanceOf(Authenticated.class, tokens.authenticate("a"));
    time.advance(Duration.ofSeconds(6)); // and the skew
    assertTrue(((Refused) tokens.authenticate("a")).expired());
    assertEquals(2, asked.size());
  }

  @Test
  void withoutACacheEachRequestAsks() {
    IntrospectedTokens every = tokens(Duration.ZERO, this::answered);
    for (int i = 1; i <= 3; i++) {
      assertInstanceOf(Authenticated.class, every.authenticate("a"));
      assertEquals(i, asked.size());
    }
    assertEquals(0, every.size());
  }

  @ParameterizedTest
  @CsvSource({
    "iss, https://other.example.com, `iss`",
    "aud, other, `aud`",
    "sub, '', `sub`",
    "tid, a b, `tid`",
    "exp, soon, wrong type",
    "token_type, refresh_token, no access token",
  })
  void anAnswerIsCheckedAsTheClaimsOfATokenAre(String claim, String value, String fault) {
    answer.put(claim, value);
    String told = reason(tokens.authenticate("a"));
    assertTrue(told.contains(fault), told);
  }

  @Test
  void anAnswerSaysWhenItsTokenEnds() {
    answer.remove("exp");
    assertTrue(reason(tokens.authenticate("a")).contains("`exp`"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\nb", "tökén", "a=b", "\u0000"})
  void whatIsNoTokenIsNotSentToTheIssuer(String token) {
    assertInstanceOf(Refused.class, tokens.authenticate(token));
    assertInstanceOf(Refused.class, tokens.authenticate("x".repeat(501)));
    assertEquals(0, asked.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no", "[]", "{}", "{\"active\":\"true\"}", "{\"active\":1}"})
  void anAnswerThatIsNoneIsNoRefusal(String reply) {
    body = reply;
    try (LogCapture log = new LogCapture(IntrospectedTokens.class)) {
      assertThrows(
          AuthenticationUnavailableException.class, () -> tokens.authenticate("a"), log::text);
    }
    assertTrue(tokens.condition().startsWith("down"), tokens.condition());
    assertEquals(0, tokens.size());
  }

  @Test
  void anIssuerThatIsAwayIsNotAskedForAWhile() {
    failure = new IOException("it cannot be connected to");
    try (LogCapture log = new LogCapture(IntrospectedTokens.class)) {
      for (int i = 0; i < CallBreaker.THRESHOLD + 3; i++) {
        assertUnavailable("a" + i);
      }
      assertEquals(CallBreaker.THRESHOLD, asked.size());
      assertEquals(1, log.lines().size(), log.text());
      assertFalse(log.text().contains("a1"), "no token");
      assertEquals(
          "down: its tokens cannot be verified: it cannot be connected to", tokens.condition());
      failure = null;
      assertUnavailable("a");
      time.advance(Duration.ofSeconds(1));
      assertInstanceOf(Authenticated.class, tokens.authenticate("a"));
      assertEquals("up", tokens.condition());
    }
  }

  private void assertUnavailable(String token) {
    assertThrows(AuthenticationUnavailableException.class, () -> tokens.authenticate(token));
  }

  @Test
  void aTokenIsAskedAboutOnceAtATime() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch answerNow = new CountDownLatch(1);
    IntrospectedTokens slow =
        tokens(
            CACHE,
            token -> {
              begun.countDown();
              await(answerNow);
              return answered(token);
            });
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Future<Verdict> first = threads.submit(() -> slow.authenticate("a"));
      assertTrue(begun.await(60, TimeUnit.SECONDS));
      Future<Verdict> second = threads.submit(() -> slow.authenticate("a"));
      answerNow.countDown();
      assertSame(first.get(60, TimeUnit.SECONDS), second.get(60, TimeUnit.SECONDS));
      assertEquals(1, asked.size());
    } finally {
      answerNow.countDown();
      threads.shutdownNow();
    }
  }

  @Test
  void aBoundedNumberOfThreadsWaits() throws Exception {
    CountDownLatch begun = new CountDownLatch(IntrospectedTokens.MAX_WAITING);
    CountDownLatch answerNow = new CountDownLatch(1);
    IntrospectedTokens slow =
        tokens(
            CACHE,
            token -> {
              begun.countDown();
              await(answerNow);
              return answered(token);
            });
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < IntrospectedTokens.MAX_WAITING; i++) {
        String token = "a" + i;
        var unused = threads.submit(() -> slow.authenticate(token));
      }
      assertTrue(begun.await(60, TimeUnit.SECONDS));
      assertThrows(
          AuthenticationUnavailableException.class, () -> slow.authenticate("one-too-many"));
    } finally {
      answerNow.countDown();
      threads.shutdown();
      assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
    }
    assertInstanceOf(Authenticated.class, slow.authenticate("one-too-many"));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Made-up tokens must not fill the memory, nor drive valid ones out. */
  @Test
  void theMemoryForAnswersIsBounded() {
    assertInstanceOf(Authenticated.class, tokens.authenticate("valid"));
    answer.put("active", false);
    for (int i = 0; i < IntrospectedTokens.MAX_REFUSED + 100; i++) {
      assertInstanceOf(Refused.class, tokens.authenticate("made-up-" + i));
    }
    assertTrue(tokens.size() <= IntrospectedTokens.MAX_REFUSED + 1, tokens.size() + " answers");
    assertInstanceOf(Authenticated.class, tokens.authenticate("valid"));
  }
}
