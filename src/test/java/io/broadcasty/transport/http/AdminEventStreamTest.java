package io.broadcasty.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.events.AdminEvent;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdminEventStreamTest {

  private static final AdminEvent EVENT = new AdminEvent.NodeChanged("n1", true);

  private final ManualTime time = new ManualTime();
  private final FakeClient client = new FakeClient();
  private final ArrayDeque<Runnable> sends = new ArrayDeque<>();
  private static final Caller ANN =
      new Caller(
          new TenantId("acme"), "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token");

  private final List<AdminEventStream> released = new ArrayList<>();
  private @Nullable Problem invalid;
  private final AdminEventStream stream =
      new AdminEventStream(
          new TenantId("acme"),
          ANN,
          false,
          client,
          () -> invalid,
          sends::add,
          Runnable::run,
          time,
          released::add);

  /** A client that reads at once, later, or never. */
  private static final class FakeClient implements AdminEventStream.Client {
    final List<String> sent = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    boolean later;
    boolean broken;
    boolean gone;
    @Nullable CompletableFuture<@Nullable Void> pending;

    @Override
    public CompletionStage<?> send(AdminEventText event) {
      sent.add(event.name());
      return result();
    }

    @Override
    public CompletionStage<?> heartbeat() {
      sent.add(":");
      return result();
    }

    private CompletionStage<?> result() {
      if (gone) {
        throw new IllegalStateException("closed");
      }
      if (broken) {
        return CompletableFuture.failedFuture(new IllegalStateException("broken"));
      }
      CompletableFuture<@Nullable Void> stage = new CompletableFuture<>();
      if (later) {
        pending = stage;
      } else {
        stage.complete(null);
      }
      return stage;
    }

    @Override
    public boolean isClosed() {
      return gone;
    }

    @Override
    public void abort() {
      calls.add("abort");
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  private void run() {
    for (Runnable send = sends.poll(); send != null; send = sends.poll()) {
      send.run();
    }
  }

  private void read() {
    CompletableFuture<@Nullable Void> pending = Objects.requireNonNull(client.pending);
    client.pending = null;
    pending.complete(null);
    run();
  }

  private void tick(Duration after) {
    time.advance(after);
    stream.onTick();
    run();
  }

  private List<String> sent() {
    List<String> taken = List.copyOf(client.sent);
    client.sent.clear();
    return taken;
  }

  @Test
  void eventsAreSentInOrderOneAtATime() {
    stream.begin();
    run();
    assertEquals(List.of(":"), sent());
    client.later = true;
    stream.onEvent(EVENT);
    stream.onEvent(new AdminEvent.Missed());
    stream.onEvent(EVENT);
    run();
    assertEquals(List.of("node"), sent());
    read();
    assertEquals(List.of("missed"), sent());
    client.later = false;
    read();
    assertEquals(List.of("node"), sent());
    assertEquals(List.of(), released);
  }

  @Test
  void anIdleStreamHasHeartbeats() {
    stream.begin();
    run();
    assertEquals(List.of(":"), sent());
    tick(AdminEventStream.HEARTBEAT);
    assertEquals(List.of(), sent());
    tick(Duration.ofMillis(1));
    assertEquals(List.of(":"), sent());
    tick(Duration.ofSeconds(1));
    assertEquals(List.of(), sent());
  }

  @Test
  void aTokenThatIsNotValidAnyMoreEndsTheStream() {
    stream.begin();
    tick(Duration.ofSeconds(1));
    assertEquals(List.of(":"), sent());
    invalid = Problem.of(Code.UNAUTHORIZED, "the token has been revoked");
    tick(Duration.ofSeconds(1));
    assertEquals(List.of("end"), sent());
    assertEquals(List.of("close"), client.calls);
    assertEquals(List.of(stream), released);
    stream.onEvent(EVENT);
    run();
    assertEquals(List.of(), sent());
  }

  @Test
  void aReaderThatIsTooSlowIsToldWhenItReadsAgain() {
    client.later = true;
    stream.begin();
    run();
    for (int i = 0; i < AdminEventStream.MAX_WAITING; i++) {
      stream.onEvent(EVENT);
    }
    assertEquals(List.of(":"), sent());
    client.later = false;
    stream.onEvent(EVENT);
    read();
    assertEquals(List.of("end"), sent());
    assertEquals(List.of("close"), client.calls);
    assertEquals(List.of(stream), released);
  }

  @Test
  void aReaderThatDoesNotReadAnyMoreIsCutOff() {
    client.later = true;
    stream.begin();
    run();
    tick(AdminEventStream.MAX_SEND);
    assertEquals(List.of(), client.calls);
    tick(Duration.ofMillis(1));
    assertEquals(List.of("abort", "close"), client.calls);
    assertEquals(List.of(), released, "the send still has its thread");
    Objects.requireNonNull(client.pending).completeExceptionally(new IllegalStateException());
    run();
    assertEquals(List.of(stream), released);
    assertEquals(List.of("abort", "close"), client.calls);
  }

  @Test
  void aReaderThatDoesNotReadTheEndIsCutOff() {
    client.later = true;
    stream.begin();
    run();
    stream.onEnd();
    tick(AdminEventStream.LINGER);
    assertEquals(List.of(), client.calls);
    tick(Duration.ofMillis(1));
    assertEquals(List.of("abort", "close"), client.calls);
  }

  @Test
  void aClientThatHasGoneReleasesTheStream() {
    stream.begin();
    run();
    client.gone = true;
    tick(Duration.ofSeconds(1));
    assertEquals(List.of("close"), client.calls);
    assertEquals(List.of(stream), released);
    tick(Duration.ofSeconds(10));
    assertEquals(List.of(stream), released);
  }

  @Test
  void aSendThatFailsReleasesTheStream() {
    client.broken = true;
    stream.begin();
    run();
    assertEquals(List.of("close"), client.calls);
    assertEquals(List.of(stream), released);
  }

  @Test
  void aSendThatThrowsReleasesTheStream() {
    stream.begin();
    run();
    client.gone = true;
    stream.onEvent(EVENT);
    run();
    assertEquals(List.of(stream), released);
  }

  @Test
  void aStreamThatSomebodyEndsSaysSo() {
    stream.onDisconnected("draining");
    stream.onDisconnected("disconnected");
    run();
    assertEquals(List.of("end"), sent());
    assertEquals(ANN, stream.caller());
  }

  @Test
  void aNodeThatStopsReleasesTheStream() {
    AdminEventStream rejected =
        new AdminEventStream(
            null,
            ANN,
            true,
            client,
            () -> null,
            task -> {
              throw new RejectedExecutionException();
            },
            Runnable::run,
            time,
            released::add);
    rejected.begin();
    assertEquals(List.of(rejected), released);
    assertTrue(rejected.isOperator());
  }
}
