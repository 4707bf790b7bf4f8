package io.broadcasty.transport.body;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingReadsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory = new MemoryBudget(MemoryArea.INBOUND, 100_000, 100);
  private final List<IncomingBody> endedInputs = new ArrayList<>();
  private final WaitingReads reads = new WaitingReads(time, endedInputs::add);
  private final RequestBodies bodies =
      new RequestBodies(
          new BodySettings(10_000, TIMEOUT, 3, 5),
          memory,
          time,
          Runnable::run,
          Runnable::run,
          request -> {});

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, memory.usedBytes());
  }

  private record Received(BodyRequest request, IncomingBody body) {}

  private Received receive(FakeBodyRequest client, String user) {
    return receive(client, user, new NoAnswer());
  }

  private Received receive(FakeBodyRequest client, String user, BodyAnswer answer) {
    HttpServletRequest plain = client.request();
    BodyRequest request = new BodyRequest(plain);
    return new Received(
        request,
        new IncomingBody(
            bodies,
            request,
            plain,
            client.response(),
            new BodyOwner(ACME, user, "192.0.2.1", 1_000),
            new MemoryReservation(memory, ACME),
            new BodyCap(10_000, 1_000),
            answer));
  }

  @Test
  void readsABodyToItsEnd() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(6);
    client.sendAllBefore("abcdef");
    Received received = receive(client, "ann");
    reads.tryRead(received.body(), client.stream());
    assertArrayEquals(
        "abcdef".getBytes(StandardCharsets.UTF_8), BodyRequest.bytes(received.request()));
    received.body().release();
  }

  @Test
  void aWholeBodyThatIsNotTheRightOneIsRefused() {
    FakeBodyRequest client = new FakeBodyRequest(6);
    client.sendAllBefore("abcdef");
    Received received =
        receive(
            client,
            "ann",
            new NoAnswer() {
              @Override
              public Problem fault(byte[] bytes, int length) {
                return Problem.of(Code.INVALID_SIGNATURE, length + " bytes");
              }
            });
    ProblemException refused =
        assertThrows(ProblemException.class, () -> reads.tryRead(received.body(), client.stream()));
    assertEquals(Problem.of(Code.INVALID_SIGNATURE, "6 bytes"), refused.problem());
    assertEquals(0, BodyRequest.bytes(received.request()).length);
  }

  @Test
  void aClientThatSendsLessThanAnnouncedHasLeft() {
    FakeBodyRequest client = new FakeBodyRequest(7);
    client.sendAllBefore("abcdef");
    Received received = receive(client, "ann");
    assertThrows(IOException.class, () -> reads.tryRead(received.body(), client.stream()));
    assertEquals(0, BodyRequest.bytes(received.request()).length);
  }

  @Test
  void aBodyThatDribblesIsRefused() {
    FakeBodyRequest client = new FakeBodyRequest(900);
    Received received = receive(client, "ann");
    ProblemException refused =
        assertThrows(ProblemException.class, () -> reads.tryRead(received.body(), new Dribble()));
    assertEquals(Code.REQUEST_TIMEOUT, refused.problem().code());
  }

  @Test
  void aBodyThatSendsNothingIsRefusedWhenItsInputWasEnded() {
    Received received = receive(new FakeBodyRequest(900), "ann");
    ProblemException refused =
        assertThrows(ProblemException.class, () -> reads.tryRead(received.body(), new Silence()));
    assertEquals(Code.REQUEST_TIMEOUT, refused.problem().code());
    assertEquals(List.of(received.body()), endedInputs);
  }

  /** Sends nothing until the input is ended. */
  private final class Silence extends OneByte {
    @Override
    public int read() {
      throw new UnsupportedOperationException("byte by byte");
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      for (int i = 0; endedInputs.isEmpty(); i++) {
        assertTrue(i < 40, "nobody ended the input");
        time.advance(Duration.ofSeconds(1));
        reads.sweep(TIMEOUT, Long.MAX_VALUE);
      }
      return -1;
    }
  }

  @Test
  void aUserHasOnlySomeOfThePlaces() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(900);
    Received first = receive(client, "ann");
    assertThrows(
        NoPlace.class, () -> reads.tryRead(first.body(), new Nested(WaitingReads.PLACES_OF_USER)));
    readsABodyToItsEnd(); // the places are free again
  }

  @Test
  void aPauseOfTheNodeIsNotTheClientsFault() throws Exception {
    FakeBodyRequest client = new FakeBodyRequest(2);
    Received received = receive(client, "ann");
    assertTrue(reads.tryRead(received.body(), new Paused()));
    assertEquals(List.of(), endedInputs);
    received.body().release();
  }

  /** Sends two bytes, between which the node is paused. */
  @SuppressWarnings("InputStreamSlowMultibyteRead") // the test reads little
  private final class Paused extends OneByte {
    private int sent;

    @Override
    public int read() {
      time.advance(TIMEOUT.multipliedBy(2));
      reads.sweep(TIMEOUT, 0);
      return ' ';
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return ++sent > 2 ? -1 : super.read(into, offset, length);
    }
  }

  /** Sends a byte every two seconds. */
  @SuppressWarnings("InputStreamSlowMultibyteRead") // slow on purpose
  private final class Dribble extends OneByte {
    @Override
    public int read() {
      time.advance(Duration.ofSeconds(2));
      reads.sweep(TIMEOUT, Long.MAX_VALUE);
      return ' ';
    }
  }

  /** Has the same user send another body while this one is read, so many deep. */
  private final class Nested extends OneByte {
    private final int depth;

    Nested(int depth) {
      this.depth = depth;
    }

    @Override
    public int read() throws IOException {
      Received inner = receive(new FakeBodyRequest(900), "ann");
      try {
        if (!reads.tryRead(inner.body(), new Nested(depth - 1))) {
          assertEquals(1, depth, "refused too early");
          throw new NoPlace();
        }
      } catch (ProblemException e) {
        throw new AssertionError(e);
      }
      return -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return read();
    }
  }

  /** Ends the reads when there was no place. */
  private static final class NoPlace extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private abstract static class OneByte extends ServletInputStream {
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      into[offset] = (byte) read();
      return 1;
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {}
  }

  private static class NoAnswer implements BodyAnswer {
    @Override
    public void refuse(HttpServletResponse response, Problem problem) {
      throw new AssertionError("refused: " + problem);
    }

    @Override
    public void onGone() {}
  }
}
