package io.broadcasty.transport.body;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that no thread waits for a body. 230 bodies that dribbled a byte every 2 s once held all
 * threads of a server.
 */
class RequestBodiesTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final int MAX = 10_000;
  private static final int SINGLE = 1_000;
  private static final int SLOW = 3;

  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory = new MemoryBudget(MemoryArea.INBOUND, 20_000, 50);
  private final List<HttpServletRequest> endedInputs = new ArrayList<>();
  private final RequestBodies bodies =
      new RequestBodies(
          new BodySettings(MAX, Duration.ofSeconds(30), SLOW, 5),
          memory,
          time,
          Runnable::run,
          Runnable::run,
          request -> endedInputs.add((HttpServletRequest) request));
  private final List<HttpServletRequest> put = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    put.forEach(RequestBodies::release);
    assertEquals(0, memory.usedBytes());
    assertEquals(0, memory.usedBytes(ACME));
    assertEquals(0, bodies.size());
  }

  private HttpServletRequest receive(FakeBodyRequest client) throws IOException {
    HttpServletRequest request = bodies.receive(client.request());
    put.add(request);
    return request;
  }

  /** Puts a request aside; returns it. */
  private HttpServletRequest begin(FakeBodyRequest client, String user, String address)
      throws Exception {
    HttpServletRequest request = receive(client);
    assertFalse(
        bodies.read(
            request,
            client.response(),
            new BodyOwner(ACME, user, address, SINGLE),
            answer(client)));
    return request;
  }

  /** Whoever needs no token must not use up what others may send slowly. */
  @Test
  void slowBodiesWithoutATokenCountForTheirAddress() throws Exception {
    List<FakeBodyRequest> mine = new ArrayList<>();
    for (int i = 0; i <= SLOW; i++) {
      FakeBodyRequest client = new FakeBodyRequest(10);
      beginOpen(client, "192.0.2.1");
      mine.add(client);
    }
    FakeBodyRequest other = new FakeBodyRequest(10);
    beginOpen(other, "192.0.2.2");
    advance((int) BodySettings.SLOW.toSeconds() + 1);
    assertEquals(
        1, mine.stream().filter(each -> each.events.contains("refuse rate_limited")).count());
    assertFalse(other.events.contains("refuse rate_limited"));
    for (FakeBodyRequest each : mine) {
      if (!each.events.contains("refuse rate_limited")) {
        each.leave();
      }
    }
    other.leave();
  }

  private void beginOpen(FakeBodyRequest client, String address) throws Exception {
    assertFalse(
        bodies.read(
            receive(client),
            client.response(),
            BodyOwner.ofAddress(address, SINGLE),
            answer(client)));
  }

  private HttpServletRequest begin(FakeBodyRequest client) throws Exception {
    return begin(client, "ann", "192.0.2.1");
  }

  private static BodyAnswer answer(FakeBodyRequest client) {
    return new BodyAnswer() {
      @Override
      public void refuse(HttpServletResponse response, Problem problem) {
        client.events.add("refuse " + problem.code().wireName());
      }

      @Override
      public void onGone() {
        client.events.add("gone");
      }
    };
  }

  private void advance(int seconds) {
    for (int i = 0; i < seconds; i++) {
      time.advance(Duration.ofSeconds(1));
      bodies.sweep();
    }
  }

  private static String text(HttpServletRequest request) throws IOException {
    String read = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(read, new String(BodyRequest.bytes(request), StandardCharsets.UTF_8));
    return read;
  }

  @Test
  void aBodyThatHasArrivedIsReadAtOnce() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(5);
    client.sendBefore("{\"a\":1}".substring(0, 5));
    HttpServletRequest request = receive(client);
    assertFalse(RequestBodies.isUnread(request));
    assertTrue(
        bodies.read(
            request, client.response(), new BodyOwner(ACME, "ann", "x", SINGLE), answer(client)));
    assertEquals("{\"a\":", text(request));
    assertEquals(List.of(), client.events);
  }

  @Test
  void aRequestWithoutABodyIsLeftAsItIs() throws Exception {
    HttpServletRequest plain = new FakeBodyRequest(0).request();
    assertSame(plain, bodies.receive(plain));
    assertFalse(RequestBodies.isUnread(plain));
    assertEquals(0, BodyRequest.bytes(plain).length);
  }

  @Test
  void aBodyThatArrivesLaterIsDispatchedWhole() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(6);
    client.sendBefore("ab");
    HttpServletRequest request = begin(client);
    assertEquals("", text0(request));
    client.send("cd");
    client.send("ef");
    assertEquals(List.of(), client.events);
    client.end();
    assertEquals(List.of("dispatch"), client.events);
    assertEquals("abcdef", text(request));
    assertTrue(memory.usedBytes(ACME) >= 6);
    RequestBodies.release(request);
    assertEquals(0, memory.usedBytes());
  }

  /** A body that its client has not signed must not reach the handler, however it arrives. */
  @Test
  void aWholeBodyThatIsNotTheRightOneIsRefused() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(6);
    HttpServletRequest request = receive(client);
    BodyAnswer answer =
        new BodyAnswer() {
          @Override
          public Problem fault(byte[] bytes, int length) {
            return Problem.of(
                Code.INVALID_SIGNATURE, new String(bytes, 0, length, StandardCharsets.UTF_8));
          }

          @Override
          public void refuse(HttpServletResponse response, Problem problem) {
            client.events.add("refuse " + problem.detail());
          }

          @Override
          public void onGone() {
            client.events.add("gone");
          }
        };
    assertFalse(
        bodies.read(
            request, client.response(), new BodyOwner(ACME, "ann", "192.0.2.1", SINGLE), answer));
    client.send("abc");
    client.send("def");
    assertEquals(List.of(), client.events);
    client.end();
    assertEquals(List.of("Connection: close", "refuse abcdef", "complete"), client.events);
    assertEquals(0, BodyRequest.bytes(request).length);
    assertEquals(0, memory.usedBytes());
  }

  @Test
  void aHandlerContinuesWithABodyThatArrivesLater() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(6);
    HttpServletRequest request = receive(client);
    assertFalse(
        bodies.read(
            request,
            client.response(),
            new BodyOwner(ACME, "ann", "192.0.2.1", SINGLE),
            new Continuing(client)));
    client.send("abcdef");
    assertEquals(List.of(), client.events);
    client.end();
    assertEquals(List.of("continue", "complete"), client.events);
    assertEquals("abcdef", text(request));
  }

  /** Continues a request itself, without a dispatch. */
  private record Continuing(FakeBodyRequest client) implements BodyAnswer {

    @Override
    public void onWhole(AsyncContext async) {
      client.events.add("continue");
      async.complete();
    }

    @Override
    public boolean isDispatching() {
      return false;
    }

    @Override
    public void refuse(HttpServletResponse response, Problem problem) {
      throw new AssertionError("refused: " + problem);
    }

    @Override
    public void onGone() {
      throw new AssertionError("gone");
    }
  }

  private static String text0(HttpServletRequest request) throws IOException {
    return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aBodyOfUnknownLengthIsDispatchedWhole() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(-1);
    HttpServletRequest request = begin(client);
    client.send("[" + "1,".repeat(3000));
    client.send("1]");
    client.end();
    assertEquals(List.of("dispatch"), client.events);
    assertEquals(6003, text(request).length());
  }

  @Test
  void anAnnouncedLengthCostsNothing() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(MAX);
    begin(client);
    assertEquals(0, memory.usedBytes());
    client.send("[");
    assertTrue(memory.usedBytes() <= 2048, "used " + memory.usedBytes());
    client.leave();
  }

  @Test
  void aBodyThatAnnouncesTooMuchIsRefusedUnread() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(MAX + 1);
    HttpServletRequest request = receive(client);
    ProblemException refused =
        assertThrows(
            ProblemException.class,
            () ->
                bodies.read(
                    request,
                    client.response(),
                    new BodyOwner(ACME, "ann", "x", SINGLE),
                    answer(client)));
    assertEquals(Code.PAYLOAD_TOO_LARGE, refused.problem().code());
  }

  @Test
  void aSingleObjectHasTheTenantsLimit() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(SINGLE + 1);
    begin(client);
    client.send("{");
    assertEquals(List.of("Connection: close", "refuse payload_too_large"), client.events);
    advance(7);
    assertEquals("complete", client.events.get(2));
  }

  @Test
  void moreThanAllowedIsRefusedAndTheRestIsDropped() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(-1);
    begin(client);
    client.send("[" + "1".repeat(MAX));
    assertEquals(List.of("Connection: close", "refuse payload_too_large"), client.events);
    assertEquals(0, memory.usedBytes());
    client.send("more");
    client.end();
    assertEquals("complete", client.events.get(2));
    assertEquals(List.of(), endedInputs);
  }

  @Test
  void aClientThatLeavesInTheMiddleIsForgotten() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(100);
    begin(client);
    client.send("abc");
    client.leave();
    assertEquals(List.of("gone", "complete"), client.events);
    assertEquals(0, memory.usedBytes());
  }

  @Test
  void lessThanAnnouncedIsNotABody() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(100);
    begin(client);
    client.send("abc");
    client.end();
    assertEquals(List.of("gone", "complete"), client.events);
  }

  @Test
  void aBodyThatDribblesIsRefusedAfterTheFirstSeconds() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(1000);
    HttpServletRequest request = begin(client);
    for (int i = 0; i < 5; i++) {
      client.send("x");
      advance(1);
    }
    assertEquals(List.of(), client.events);
    advance(1);
    assertEquals(List.of("Connection: close", "refuse request_timeout"), client.events);
    assertEquals(List.of(request), endedInputs);
    client.leave(); // as the server reports the ended input
    assertEquals("complete", client.events.get(2));
  }

  @Test
  void aBodyThatSendsNothingIsRefused() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(-1);
    begin(client);
    advance(6);
    assertEquals(List.of("Connection: close", "refuse request_timeout"), client.events);
    advance(1); // the server does not report the ended input
    assertEquals("complete", client.events.get(2));
  }

  @Test
  void aBodyThatKeepsTheLeastRateHasTheWholeTime() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(-1);
    HttpServletRequest request = begin(client);
    client.send("[");
    for (int i = 0; i < 8; i++) {
      client.send(" ".repeat(1100));
      advance(1);
    }
    assertEquals(List.of(), client.events);
    client.end();
    assertEquals(List.of("dispatch"), client.events);
    assertEquals(8801, text(request).length());
  }

  @Test
  void noBodyMayTakeLongerThanTheTimeout() throws Exception {
    RequestBodies patient =
        new RequestBodies(
            new BodySettings(1_000_000, Duration.ofSeconds(30), SLOW, 5),
            MemoryBudget.unlimited(MemoryArea.INBOUND),
            time,
            Runnable::run,
            Runnable::run,
            request -> {});
    FakeBodyRequest client = new FakeBodyRequest(-1);
    HttpServletRequest request = patient.receive(client.request());
    patient.read(
        request, client.response(), new BodyOwner(ACME, "ann", "x", SINGLE), answer(client));
    client.send("[");
    for (int i = 0; i < 31; i++) {
      client.send(" ".repeat(5000));
      time.advance(Duration.ofSeconds(1));
      patient.sweep();
    }
    assertEquals(List.of("Connection: close", "refuse request_timeout"), client.events);
  }

  @Test
  void aPauseOfTheNodeIsNotTheClientsFault() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(10);
    begin(client);
    time.advance(Duration.ofMinutes(1));
    bodies.sweep();
    assertEquals(List.of(), client.events);
    client.send("0123456789");
    client.end();
    assertEquals(List.of("dispatch"), client.events);
  }

  @Test
  void theNewestOfTooManySlowBodiesOfAUserAreRefused() throws Exception {
    List<FakeBodyRequest> clients = new ArrayList<>();
    for (int i = 0; i < SLOW + 1; i++) {
      clients.add(new FakeBodyRequest(100));
      begin(clients.get(i), "ann", "192.0.2." + i);
      time.advance(Duration.ofMillis(1));
    }
    FakeBodyRequest other = new FakeBodyRequest(100);
    begin(other, "bob", "192.0.2.77");
    advance(1);
    assertEquals(List.of(), clients.get(SLOW).events);
    advance(2);
    assertEquals(List.of("Connection: close", "refuse rate_limited"), clients.get(SLOW).events);
    for (int i = 0; i < SLOW; i++) {
      assertEquals(List.of(), clients.get(i).events);
    }
    assertEquals(List.of(), other.events);
    advance(10);
  }

  @Test
  void theNewestOfTooManySlowBodiesOfAnAddressAreRefused() throws Exception {
    List<FakeBodyRequest> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(new FakeBodyRequest(100));
      begin(clients.get(i), "user" + i, "192.0.2.1");
      time.advance(Duration.ofMillis(1));
    }
    advance(3);
    assertEquals(List.of("Connection: close", "refuse rate_limited"), clients.get(5).events);
    assertEquals(List.of(), clients.get(4).events);
    advance(10);
  }

  @Test
  void withoutMemoryABodyIsRefused() throws Exception {
    FakeBodyRequest first = new FakeBodyRequest(-1);
    begin(first);
    first.send("[" + " ".repeat(8000));
    FakeBodyRequest second = new FakeBodyRequest(-1);
    begin(second);
    second.send("[" + " ".repeat(8000));
    assertEquals(List.of("Connection: close", "refuse memory_limit"), second.events);
    assertEquals(List.of(), first.events);
    first.leave();
    second.end();
  }

  @Test
  void theRestOfARefusedRequestIsDroppedWithoutWaiting() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(100);
    HttpServletRequest request = receive(client);
    bodies.discardRest(request, client.response());
    assertEquals(List.of("Connection: close"), client.events);
    client.send("some");
    assertEquals(0, memory.usedBytes());
    advance(5);
    assertEquals(List.of(request), endedInputs);
    client.leave();
    assertEquals(List.of("Connection: close", "complete"), client.events);
  }

  @Test
  void anAnswerThatDidNotAnnounceAnUnreadBodyEndsItsConnection() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(100);
    HttpServletRequest request = receive(client);
    client.commit();
    bodies.discardRest(request, client.response());
    assertEquals(List.of(), client.events);
    assertEquals(List.of(request), endedInputs);
  }

  @Test
  void aClientThatLeftBeforeItsAnswerFailsNoRequest() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(100);
    HttpServletRequest request = receive(client);
    client.leaveBeforeAnswer();
    bodies.discardRest(request, client.response());
    assertEquals(List.of(request), endedInputs);
  }

  @Test
  void aFormIsNeverReadForParameters() throws Exception {
    HttpServletRequest request = receive(new FakeBodyRequest(100));
    assertEquals("1", request.getParameter("a"));
    assertArrayEquals(new String[] {"1", "2"}, request.getParameterValues("a"));
    assertEquals(" ", request.getParameter("b"));
    assertEquals(0, request.getInputStream().available());
  }
}
