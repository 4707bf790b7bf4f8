package io.broadcasty.streams.compaction;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When streams are compacted, and what happens when the store cannot be reached. */
class CompactorTest {

  private static final TenantChannel PRICES = channel("prices");
  private static final Duration DELAY = Duration.ofSeconds(10);

  private final ManualTime time = new ManualTime();
  private final ScriptedBroker streams = new ScriptedBroker();
  private boolean compacted = true;
  private final CompactingBroker broker =
      new CompactingBroker(streams, channel -> compacted, DELAY, time);

  @Test
  void publicationsWithoutAKeyPassUntouched() {
    streams.answer = new CompletableFuture<>();
    assertSame(streams.answer, broker.publish(List.of(plain(PRICES, 0, "1"))));
    time.advance(Duration.ofHours(1));
    broker.compact();
    assertEquals(0, streams.reads);
  }

  @Test
  void aStreamIsReadOnlyAfterThePublicationsOfAKey() {
    publish("a");
    compactAfter(9);
    assertEquals(0, streams.reads);
    compactAfter(1);
    assertEquals(1, streams.reads);
    compactAfter(3600);
    assertEquals(1, streams.reads);
  }

  @Test
  void aLongStreamIsCompactedLaterWhenLittleWasReplaced() {
    fill(broker, PRICES, 0, 900);
    publish("a");
    compactAfter(10);
    assertEquals(1, streams.reads);
    publish("a");
    compactAfter(59);
    assertEquals(1, streams.reads);
    compactAfter(1);
    assertEquals(2, streams.reads);
    for (int i = 0; i < 113; i++) { // an eighth
      publish("a");
    }
    compactAfter(10);
    assertEquals(3, streams.reads);
    assertEquals(1 + 113, broker.erased());
  }

  @Test
  void aSlowPassIsFollowedByAPauseTwentyTimesAsLong() {
    streams.takes = Duration.ofSeconds(3);
    publish("a");
    compactAfter(10);
    assertEquals(1, streams.reads);
    publish("a");
    compactAfter(59);
    assertEquals(1, streams.reads);
    compactAfter(1);
    assertEquals(2, streams.reads);
  }

  @Test
  void aPassThatFailsIsRepeated() {
    publish("a");
    publish("a");
    streams.failing = true;
    compactAfter(10);
    assertEquals(0, broker.erased());
    streams.failing = false;
    compactAfter(9);
    assertEquals(0, broker.erased());
    compactAfter(1);
    assertEquals(1, broker.erased());
  }

  @Test
  void aChannelThatIsNotCompactedAnyMoreIsLeftAsItIs() {
    publish("a");
    publish("a");
    compacted = false;
    compactAfter(3600);
    assertEquals(0, broker.erased());
    assertEquals(0, streams.reads);
  }

  @Test
  void longStreamsAreCompactedAcrossPages() {
    publish("a");
    fill(broker, PRICES, 0, 2500);
    publish("a");
    compactAfter(10);
    assertEquals(1, broker.erased());
    assertEquals(2502, kept(streams, PRICES, 0).size());
  }

  private void publish(String key) {
    appended(
        broker,
        new Envelope(
            PRICES,
            0,
            "made",
            false,
            Message.of("1").withOrigin(Origin.NONE.withCompactionKey(key))));
  }

  private void compactAfter(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
    broker.compact();
  }

  /** A broker in memory that counts passes, and can fail and be slow. */
  private final class ScriptedBroker extends ForwardingBroker {
    private @Nullable CompletionStage<List<AppendOutcome>> answer;
    private Duration takes = Duration.ZERO;
    private boolean failing;
    private int reads;

    ScriptedBroker() {
      super(memory(CompactorTest.this.time));
    }

    private static Broker memory(ManualTime time) {
      return new MemoryBroker(
          RetentionLookup.uniform(new Retention(Duration.ofDays(1), 10_000, 1L << 30)),
          Duration.ofMinutes(10),
          1000,
          MemoryBudgets.unlimited(),
          time,
          time,
          publication -> {});
    }

    @Override
    public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
      return answer == null ? super.publish(envelopes) : answer;
    }

    @Override
    public ReplayPage replay(ReplayRequest request) {
      if (request.after() < 0) {
        reads++;
        time.advance(takes);
      }
      return super.replay(request);
    }

    @Override
    public int erase(StreamKey stream, Set<Long> sequences) {
      if (failing) {
        throw new BrokerException("the store is away", null);
      }
      return super.erase(stream, sequences);
    }
  }
}
